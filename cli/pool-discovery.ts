import type { ChainConfig } from "../config/chain.ts";
import { openDatabase } from "../db/connection.ts";
import { ArbError } from "../domain/errors.ts";
import { connectChain } from "../market/chain-client.ts";
import { discoverIntoRegistry } from "../market/discovery/registry-sweep.ts";
import { waysOf } from "../market/discovery/sweep.ts";
import { chosenChain } from "./chosen-chain.ts";
import { commandSettings } from "./environment.ts";
import { ProgressBars } from "./progress-bar.ts";
import { table } from "./table.ts";

/** Ranges of events take nodes that keep them on disk their time. */
const TIMEOUT_MS = 60_000;

/**
 * The chain file of `--chain`.
 *
 * @throws ArbError `configuration` where none is set up: without dexes and a node nothing can be read.
 */
export function chainToRead(idOrName: string): ChainConfig {
	const { settings, name } = chosenChain(idOrName);
	if (settings !== null) return settings;
	throw new ArbError({ code: "configuration", message: `no chain file of ${name} is set up; set CHAIN_FILE to one`, retryable: false });
}

/** `arb pools discover`: true where every dex was read to its end. */
export async function discoverCommand(
	options: { readonly chain: string; readonly dex?: string; readonly json?: boolean },
	print: (line: string) => void,
): Promise<boolean> {
	const chain = chainToRead(options.chain);
	if (options.dex !== undefined && !chain.dexes.some(({ name }) => name === options.dex)) {
		const names = [...new Set(chain.dexes.map(({ name }) => name))].join(", ");
		throw new ArbError({ code: "not_found", message: `the chain file has no dex ${options.dex}; it has ${names}`, retryable: false });
	}
	const stop = new AbortController();
	process.once("SIGINT", () => stop.abort(new Error("stopped; what was found is stored, the next one goes on from there")));
	await using db = openDatabase(commandSettings().DATABASE_URL);
	const client = await connectChain(chain, { wsUrl: null, timeoutMs: TIMEOUT_MS });
	try {
		using bars = new ProgressBars();
		const { results, head } = await discoverIntoRegistry({
			...{ db, client, chain, signal: stop.signal },
			waysOf: (dex) => (options.dex === undefined || dex.name === options.dex ? waysOf(chain, dex) : []),
			onProgress: (progress) => bars.show(progress),
		});
		if (options.json === true) {
			const rows = results.map(({ failure, ...row }) => ({ ...row, failure: failure?.message ?? null }));
			print(JSON.stringify({ block: head.number, results: rows }));
		} else {
			const rows = results.map((row) => [
				...[row.dex, row.family, row.way, String(row.found), String(row.added)],
				row.failure === null ? "complete" : `incomplete: ${row.failure.message}`,
			]);
			print(`${table(["dex", "family", "by", "found", "new", ""], rows)}\nup to block ${head.number}`);
		}
		return results.every(({ failure }) => failure === null);
	} finally {
		client.close();
	}
}
