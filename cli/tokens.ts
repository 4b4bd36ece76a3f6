import { existsSync } from "node:fs";
import { getAddress } from "ethers";
import { type ChainConfig, readChainConfig } from "../config/chain.ts";
import { formatUnits } from "../domain/amount.ts";
import { ArbError } from "../domain/errors.ts";
import type { TokenFacts, TokenVerdict } from "../domain/token-facts.ts";
import { connectChain } from "../market/chain-client.ts";
import { discoverPools } from "../market/discovery.ts";
import { inspectTokens } from "../market/tokens/inspection.ts";
import { decideToken } from "../market/tokens/verdict.ts";
import { commandChains } from "./environment.ts";

export interface InspectOptions {
	/** Id or name of a chain of the running system, or a file with a chain's settings; the first of the running system where absent. */
	readonly chain?: string;
	/** Accounts that hold some of it, beside its pools with the chain's tokens. */
	readonly holder?: readonly string[];
	readonly json?: boolean;
}

/** An inspection touches thousands of bytes of state; nodes that keep it on disk take their time. */
const TIMEOUT_MS = 60_000;

/** `arb tokens inspect ADDRESS`: what the token does when it is tried out at the head. True where routes may use it. */
export async function inspectCommand(address: string, options: InspectOptions, print: (line: string) => void): Promise<boolean> {
	const token = readAddress(address, "ADDRESS");
	const holders = (options.holder ?? []).map((holder) => readAddress(holder, "--holder"));
	const chain = chainOf(options.chain);
	const client = await connectChain(chain, { timeoutMs: TIMEOUT_MS });
	try {
		const block = await client.head();
		const others = chain.tokens.filter((known) => known.address !== token);
		const tokens = [...others, { address: token, symbol: token, decimals: 0 }];
		const pools = await discoverPools(client, { ...chain, tokens }, { toBlock: block.number });
		const ofToken = pools.filter(({ tokens }) => tokens.includes(token)).map((pool) => pool.address);
		const [facts] = await inspectTokens(client, {
			block,
			tokens: [{ address: token, holders: [...holders, ...ofToken] }],
			against: others.map((known) => known.address),
			trader: chain.executor,
		});
		if (facts === undefined) throw new ArbError({ code: "chain", message: `${token}: not inspected`, retryable: true });
		const verdict = decideToken(facts);
		if (options.json === true)
			print(JSON.stringify({ facts, verdict }, (_, value) => (typeof value === "bigint" ? value.toString() : value)));
		else for (const line of linesOf(facts, verdict)) print(line);
		return verdict.allowed;
	} finally {
		client.close();
	}
}

function chainOf(chosen: string | undefined): ChainConfig {
	if (chosen !== undefined && existsSync(chosen)) return readChainConfig(chosen);
	const [chain] = commandChains(chosen);
	if (chain !== undefined) return chain;
	throw new ArbError({ code: "configuration", message: "no chain is configured; `npm start` sets CHAIN_FILE", retryable: false });
}

function readAddress(text: string, field: string): string {
	try {
		return getAddress(text).toLowerCase();
	} catch (error) {
		throw new ArbError({
			code: "invalid_input",
			message: `${field}: "${text}" is no address, or its checksum is wrong`,
			retryable: false,
			cause: error,
		});
	}
}

function linesOf(facts: TokenFacts, { exclusion, notes }: TokenVerdict): readonly string[] {
	const { metadata, funding, proxy, here } = facts;
	const supply = metadata.totalSupply === null ? "unknown" : amountOf(metadata.totalSupply, metadata.decimals);
	const lines = table([
		["token", `${metadata.symbol ?? "(no symbol)"}  ${getAddress(facts.address)}  chain ${facts.chainId}`],
		["at block", `${facts.block.number} ${facts.block.hash}`],
		["name", metadata.name ?? "(none)"],
		["decimals", metadata.decimals?.toString() ?? "unknown"],
		["total supply", supply],
		["code", `${facts.codeBytes} bytes${proxy === null ? "" : `, ${proxy.kind} to ${getAddress(proxy.implementation)}`}`],
		["tried with", fundingOf(funding)],
		["verdict", exclusion === null ? "allowed" : `excluded, ${exclusion.code}: ${exclusion.sentence}`],
		...notes.map(({ code, sentence }) => [`note`, `${code}: ${sentence}`]),
	]);
	if (here === null) return lines;
	const moves = here.moves.map(({ kind, size, holder, asked, sent, received, answer, gasUsed }) => [
		...[kind, size, getAddress(holder)],
		...[asked, sent, received].map(String),
		...[answer, String(gasUsed)],
	]);
	return [...lines, "", ...table([["move", "size", "holder", "asked", "sent", "received", "returned", "gas"], ...moves])];
}

function amountOf(value: bigint, decimals: bigint | null): string {
	return decimals === null || decimals > 77n ? `${value} base units` : formatUnits(value, Number(decimals));
}

function fundingOf(funding: TokenFacts["funding"]): string {
	if (funding === null) return "nothing";
	if (funding.kind === "holder") return `the balance of ${getAddress(funding.holder)}`;
	return `a balance written into its storage (${funding.layout}${funding.slot === null ? "" : `, slot ${funding.slot}`})`;
}

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
	const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	return rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join("  ")
			.trimEnd(),
	);
}
