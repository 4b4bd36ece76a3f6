import { getAddress } from "ethers";
import type { ChainConfig } from "../config/chain.ts";
import { openDatabase } from "../db/connection.ts";
import { type ListedPool, listPools, type PoolOrder } from "../db/pool-list.ts";
import { readTokens } from "../db/registry.ts";
import { formatUnits } from "../domain/amount.ts";
import { ArbError } from "../domain/errors.ts";
import { connectChain } from "../market/chain-client.ts";
import { loadStates } from "../market/protocols/families.ts";
import { chosenChain } from "./chosen-chain.ts";
import { commandSettings } from "./environment.ts";
import { table } from "./table.ts";

/** Symbols by address. */
type Symbols = ReadonlyMap<string, string>;

export async function listCommand(
	options: {
		readonly chain: string;
		readonly sort: PoolOrder;
		readonly dex?: string;
		readonly token?: string;
		readonly limit: number;
		readonly json?: boolean;
	},
	print: (line: string) => void,
): Promise<void> {
	const { chainId, name, settings } = chosenChain(options.chain);
	await using db = openDatabase(commandSettings().DATABASE_URL);
	const symbols = symbolsOf(settings, await readTokens(db, chainId));
	const { dex, limit } = options;
	const token = options.token === undefined ? undefined : tokenNamed(options.token, symbols);
	const listed = await listPools(db, {
		...{ chainId, order: options.sort, limit: limit + 1 },
		...(dex === undefined ? {} : { dex }),
		...(token === undefined ? {} : { token }),
	});
	const pools = listed.slice(0, limit);
	if (options.json === true) print(JSON.stringify(pools.map((pool) => toJson(pool, symbols))));
	else if (pools.length === 0) print(`no pools of chain ${name} match; \`arb pools discover --chain ${name}\` looks for them`);
	else print(toTable(pools, symbols));
	if (listed.length > limit) process.stderr.write(`there are more than these ${limit}; --limit shows more\n`);
}

export async function showCommand(address: string, options: { readonly chain?: string }, print: (line: string) => void): Promise<void> {
	const { chainId, name, settings } = chosenChain(options.chain);
	await using db = openDatabase(commandSettings().DATABASE_URL);
	const [pool] = await listPools(db, { chainId, order: "tvl", limit: 1, address: address.toLowerCase() });
	if (pool === undefined) {
		throw new ArbError({
			code: "not_found",
			message: `no pool ${address} is known on chain ${name}; \`arb pools discover\` looks for new ones, \`arb pools import\` takes it from a file`,
			retryable: false,
		});
	}
	const known = toJson(pool, symbolsOf(settings, await readTokens(db, chainId)));
	if (settings === null) {
		print(JSON.stringify({ pool: known }, null, "\t"));
		process.stderr.write(`no node of chain ${name} is set up: the state is left out\n`);
		return;
	}
	const client = await connectChain(settings, { wsUrl: null });
	try {
		const { number, hash } = await client.head();
		const [state] = await loadStates({ client, pools: [pool], blockHash: hash });
		print(JSON.stringify({ pool: known, block: { number, hash }, state }, null, "\t"));
	} finally {
		client.close();
	}
}

function symbolsOf(settings: ChainConfig | null, stored: readonly { readonly address: string; readonly symbol: string }[]): Symbols {
	return new Map([...stored, ...(settings?.tokens ?? [])].map(({ address, symbol }) => [address, symbol]));
}

function tokenNamed(text: string, symbols: Symbols): string {
	if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase();
	const named = [...symbols].filter(([, symbol]) => symbol.toLowerCase() === text.toLowerCase());
	const [only] = named;
	if (only !== undefined && named.length === 1) return only[0];
	const why =
		named.length === 0 ? "no token has that symbol" : `several tokens have it: ${named.map(([address]) => getAddress(address)).join(", ")}`;
	throw new ArbError({ code: "invalid_input", message: `--token ${text}: ${why}; give its address`, retryable: false });
}

/** Pool ids of 32 bytes have no checksum. */
function shown(address: string): string {
	return address.length === 42 ? getAddress(address) : address;
}

function toJson(pool: ListedPool, symbols: Symbols): object {
	const { tvl, tokens, address, discoveredAtBlock, ...rest } = pool;
	return {
		...{ address: shown(address), ...rest, discoveredAtBlock },
		tokens: tokens.map((token) => ({ address: getAddress(token), symbol: symbols.get(token) ?? null })),
		tvl: tvl === null ? null : { usd: formatUnits(BigInt(tvl.microUsd), 6), ...tvl, at: tvl.at.toISOString() },
	};
}

function toTable(pools: readonly ListedPool[], symbols: Symbols): string {
	const now = Date.now();
	const rows = pools.map((pool) => [
		...[shown(pool.address), pool.dex, pool.family],
		pool.tokens.map((token) => symbols.get(token) ?? `${token.slice(0, 8)}…`).join("/"),
		pool.feePips === 0 ? "in state" : `${pool.feePips / 10_000} %`,
		...valueCells(pool, now),
		String(pool.discoveredAtBlock),
		pool.allowed ? (pool.isBelowFloor ? "below the floor" : "searched") : pool.reason,
	]);
	return table(["pool", "dex", "family", "tokens", "fee", "TVL, USD", "at block", "age", "found at", "search"], rows);
}

/** Value, its block, its age. A value that lacks a token's price is at least that. */
function valueCells({ tvl }: ListedPool, now: number): readonly string[] {
	if (tvl === null) return ["unknown", "", ""];
	const dollars = (BigInt(tvl.microUsd) / 1_000_000n).toLocaleString("en");
	return [`${tvl.isPartial ? "≥ " : ""}${dollars}`, String(tvl.blockNumber), ageOf(now - tvl.at.getTime())];
}

function ageOf(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1_000));
	if (seconds < 120) return `${seconds} s`;
	if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
	return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
