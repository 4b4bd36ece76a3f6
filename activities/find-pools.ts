import { Context } from "@temporalio/activity";
import type { ChainConfig } from "../config/chain.ts";
import type { Database } from "../db/connection.ts";
import { ArbError } from "../domain/errors.ts";
import type { ChainClient } from "../market/chain-client.ts";
import { sweepLog } from "../market/discovery/progress.ts";
import { discoverIntoRegistry } from "../market/discovery/registry-sweep.ts";
import type { SweepProgress } from "../market/discovery/sweep.ts";
import type { ActorActivities } from "../workflows/messages.ts";
import type { Log } from "./dependencies.ts";
import { asFailure } from "./step.ts";

export interface FindPoolsDependencies {
	readonly chain: ChainConfig;
	readonly db: Database;
	readonly client: ChainClient;
	readonly log: Log;
}

const HEARTBEAT_MS = 5_000;

/**
 * Looks for the chain's pools in every way that its dexes offer: what events did not show (a list, a derivation) is stored, and the chain's watcher takes it
 * up. A dex that cannot be read does not keep the others from it; that it could not is the activity's failure in the end.
 */
export function findPoolsActivity(deps: FindPoolsDependencies): ActorActivities["findPools"] {
	return async ({ chainId }) => {
		const context = Context.current();
		let last: SweepProgress | null = null;
		// By time, not by progress: a node that is slow to answer is no dead worker.
		const beat = setInterval(() => context.heartbeat(last), HEARTBEAT_MS);
		try {
			const { chain, db, client, log } = deps;
			if (chainId !== chain.chainId) {
				throw new ArbError({
					code: "configuration",
					message: `this worker serves chain ${chain.chainId}, not ${chainId}`,
					retryable: false,
				});
			}
			const tell = sweepLog((fields, message) => log.info({ chainId, ...fields }, message));
			const onProgress = (progress: SweepProgress): void => {
				last = progress;
				tell(progress);
			};
			const { results, head } = await discoverIntoRegistry({ db, client, chain, onProgress, signal: context.cancellationSignal });
			const failures = results.flatMap(({ failure, ...row }) => (failure === null ? [] : [{ failure, row }]));
			for (const { failure, row } of failures)
				log.error({ chainId, err: failure, ...row }, `pools of ${row.dex} by ${row.way} are not complete`);
			const [first] = failures;
			if (first !== undefined) throw first.failure;
			const added = results.reduce((sum, row) => sum + row.added, 0);
			return { blockNumber: head.number, summary: `${results.length} readings of ${chain.dexes.length} dexes, ${added} new pools` };
		} catch (error) {
			context.cancellationSignal.throwIfAborted();
			throw asFailure(error);
		} finally {
			clearInterval(beat);
		}
	};
}
