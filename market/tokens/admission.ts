import type { ChainConfig } from "../../config/chain.ts";
import type { Permission, TokenInspection } from "../../db/registry.ts";
import type { BlockRef } from "../../domain/candidate.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import type { Token } from "../../domain/token.ts";
import type { TokenFacts, TokenVerdict } from "../../domain/token-facts.ts";
import type { ChainClient } from "../chain-client.ts";
import { inspectTokens } from "./inspection.ts";
import { decideToken } from "./verdict.ts";

/** A token as the registry keeps it, with what its permission was decided from. */
export interface InspectedToken {
	readonly row: Token & Permission & TokenInspection;
	readonly facts: TokenFacts;
	readonly verdict: TokenVerdict;
}

/**
 * Inspects the chain's configured tokens at a block, before pools of them are admitted; the pools found so far serve as holders, and the executor trades.
 *
 * @throws ArbError `configuration` that names the field where a token's decimals are not those of its contract; else of {@link inspectTokens}
 */
export async function admitTokens(
	client: ChainClient,
	chain: Pick<ChainConfig, "chainId" | "tokens" | "executor">,
	at: { readonly block: BlockRef; readonly pools: readonly Pool[] },
): Promise<readonly InspectedToken[]> {
	const inspected = await inspectTokens(client, {
		block: at.block,
		trader: chain.executor,
		tokens: chain.tokens.map(({ address }) => ({ address, holders: holdersOf(address, at.pools) })),
	});
	return inspected.map((facts, i) => {
		const token = chain.tokens[i];
		if (token === undefined || token.address !== facts.address) {
			throw new ArbError({ code: "chain", message: `tokens[${i}]: inspected ${facts.address} out of order`, retryable: false });
		}
		const { decimals } = facts.metadata;
		if (decimals !== null && decimals !== BigInt(token.decimals)) {
			throw new ArbError({
				code: "configuration",
				message: `tokens[${i}].decimals: ${token.decimals} in the settings, ${decimals} in the contract ${token.address} (${token.symbol}); correct the chain file`,
				retryable: false,
			});
		}
		const verdict = decideToken(facts);
		return {
			facts,
			verdict,
			row: {
				chainId: chain.chainId,
				...token,
				allowed: verdict.allowed,
				reason: verdict.exclusion?.sentence ?? "",
				reasonCode: verdict.exclusion?.code ?? null,
				notes: verdict.notes,
				inspectedAtBlock: at.block.number,
			},
		};
	});
}

/** The contracts that hold a token for pools, each once. */
export function holdersOf(token: string, pools: readonly Pool[]): readonly string[] {
	return [...new Set(pools.filter(({ tokens }) => tokens.includes(token)).map(holderOf))];
}

/** Pools of a singleton hold nothing themselves: the manager or the vault does. */
function holderOf({ address, details: { manager, vault } }: Pool): string {
	return String(manager ?? vault ?? address);
}
