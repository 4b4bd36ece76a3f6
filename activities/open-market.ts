import { type ArbError, messageOf } from "../domain/errors.ts";
import type { Pool } from "../domain/pool.ts";
import type { Block } from "../market/block.ts";
import { MarketHistory } from "../market/history/market-history.ts";
import { HistoryRecorder } from "../market/history/recorder.ts";
import { openBook, type PoolReading } from "../market/history/restart.ts";
import type { PoolBook } from "../market/pool-book.ts";
import type { ChainDependencies } from "./dependencies.ts";

/** A book at the head that is written down as it goes; disposing of it writes what still waits. */
export interface OpenMarket extends AsyncDisposable {
	readonly book: PoolBook;
	readonly recorder: HistoryRecorder;
}

/** Takes up the chain's pools where the last watcher left them, or reads them at the head, and says in the log which of the two it was. */
export async function openMarket(
	deps: Pick<ChainDependencies, "chain" | "client" | "db" | "log">,
	of: {
		readonly pools: readonly Pool[];
		readonly reading: PoolReading;
		readonly head: Block;
		readonly fencingNumber: number;
		readonly signal: AbortSignal;
		readonly fields: Readonly<Record<string, unknown>>;
	},
): Promise<OpenMarket> {
	const { chain, client, db, log } = deps;
	const { chainId } = chain;
	const recorder = new HistoryRecorder({
		...{ db, chainId, fencingNumber: of.fencingNumber },
		...(chain.historyDays === undefined ? {} : { days: chain.historyDays }),
		onTrouble: (error: ArbError) => log.error({ ...of.fields, code: error.code }, `history: ${messageOf(error)}`),
	});
	const history = new MarketHistory({ db, chainId });
	const { pools, reading, head, signal } = of;
	const { book, way, why, tookMs } = await openBook({ client, history, recorder, pools, reading, head, signal });
	log.info({ ...of.fields, way, why, tookMs: Math.round(tookMs), pools: of.pools.length, block: book.block.number }, `pool states ${way}`);
	return { book, recorder, [Symbol.asyncDispose]: () => recorder[Symbol.asyncDispose]() };
}
