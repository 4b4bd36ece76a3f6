import { ArbError, messageOf } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import type { RpcFault } from "../rpc/rpc-error.ts";

/** What an `eth_call` puts in the place of an account's state (execution-apis, `eth_call`); `stateDiff` leaves the other slots as they are. */
export interface AccountOverride {
	readonly code?: string;
	readonly balance?: string;
	readonly stateDiff?: Readonly<Record<string, string>>;
}

export interface Simulation {
	readonly to: string;
	readonly data: string;
	readonly from?: string;
	/** Quantity; zero where absent, as nodes do it. */
	readonly gasPrice?: string;
	readonly state: Readonly<Record<string, AccountOverride>>;
	/** Quantities; those of the block where absent. */
	readonly block?: { readonly number: string; readonly time: string; readonly feeRecipient: string };
}

/** Invalid parameters, method or request (JSON-RPC 2.0, EIP-1474): the node does not take a parameter that the call has. */
const REFUSED_PARAMETERS: ReadonlySet<number> = new Set([-32600, -32601, -32602, -32004]);
const REFUSAL = /too many arguments|overrides?\b.*\bnot (supported|allowed|available)|not support.*overrides?\b|expected between/i;

/**
 * Runs a call on an altered state at the end of a block.
 *
 * @throws ArbError of {@link ChainClient.readAt}; see {@link isRefusal} for a node that does not take overrides
 */
export async function simulate(client: Pick<ChainClient, "readAt">, blockHash: string, simulation: Simulation): Promise<string> {
	const { to, data, from, gasPrice, state, block } = simulation;
	const call = { to, data, ...(from !== undefined && { from }), ...(gasPrice !== undefined && { gasPrice }) };
	return await client.readAt({
		blockHash,
		method: "eth_call",
		params: [call],
		overrides: [state, ...(block === undefined ? [] : [block])],
	});
}

/** Did the node refuse the form of the call, rather than fail in it? */
export function isRefusal(error: unknown): boolean {
	if (!(error instanceof ArbError) || error.code !== "chain") return false;
	const fault = error.cause as Partial<RpcFault> | undefined;
	return REFUSED_PARAMETERS.has(Number(fault?.code)) || REFUSAL.test(error.message);
}

/** The error for a node without state overrides: nothing on it proves a token, so nothing is let through. */
export function overridesMissing(token: string, cause?: unknown): ArbError {
	const why = cause === undefined ? "it left them out" : messageOf(cause);
	return new ArbError({
		code: "dependency_missing",
		message: `rpcUrl: token ${token} cannot be inspected, the node does not take state overrides in eth_call (${why}); use one that does, such as Geth, Reth, Erigon, Nethermind, Besu or anvil`,
		retryable: false,
		cause,
	});
}
