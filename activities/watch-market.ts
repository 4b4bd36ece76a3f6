import { CancelledFailure, Context } from "@temporalio/activity";
import { type Client, WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import { defineSearchAttributeKey, TypedSearchAttributes, WorkflowIdReusePolicy } from "@temporalio/common";
import { readControl } from "../db/control.ts";
import { quarantinedPools } from "../db/quarantine.ts";
import { busyPools } from "../db/submissions.ts";
import { poolsBelowFloor } from "../db/tvl.ts";
import { currentFencingNumber, takeFencingNumber } from "../db/watchers.ts";
import type { BlockRef, Candidate } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import { lifecycleWorkflowId } from "../domain/workflow-ids.ts";
import { Arrivals } from "../market/discovery/arrivals.ts";
import { sweepLog } from "../market/discovery/progress.ts";
import { followChain } from "../market/follow.ts";
import { loanLiquidity } from "../market/loan.ts";
import { watchPending } from "../market/pending/pending-feed.ts";
import { nextTimestamp } from "../market/protocols/next-block.ts";
import { Engine } from "../rust-wasm/engine.ts";
import { type ActorActivities, SEARCH_ATTRIBUTES } from "../workflows/messages.ts";
import { BestPriceBoard } from "./best-price-board.ts";
import { candidatesOf } from "./candidates.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { Followers } from "./followers.ts";
import { openMarket } from "./open-market.ts";
import { SearchFloor } from "./search-floor.ts";
import { asFailure } from "./step.ts";
import { Tripwire } from "./tripwire.ts";

/** An activity ends with its actor's run, so the watch ends by itself before that run grows old. */
const WATCH_MS = 4 * 60 * 60 * 1000;
const HEARTBEAT_MS = 500;

export interface WatchDependencies extends ChainDependencies {
	/** On the worker's own connection, so that the first task of a lifecycle starts eagerly here. */
	readonly temporal: Client;
	readonly taskQueue: string;
	/** Names this process among its standbys. */
	readonly holder: string;
}

/**
 * Holds the chain's pool states in the engine's memory, applies each block's logs, searches what changed and starts lifecycles: the best
 * non-overlapping candidates of the block. A later watcher's fencing number ends this one.
 */
export function watchMarketActivity(deps: WatchDependencies): ActorActivities["watchMarket"] {
	return async ({ chainId }) => {
		if (chainId !== deps.chain.chainId) {
			throw asFailure(
				new ArbError({
					code: "configuration",
					message: `this worker serves chain ${deps.chain.chainId}, not ${chainId}`,
					retryable: false,
				}),
			);
		}
		const context = Context.current();
		const ended = new AbortController();
		const signal = AbortSignal.any([context.cancellationSignal, ended.signal, AbortSignal.timeout(WATCH_MS)]);
		let head = 0;
		const beat = setInterval(() => context.heartbeat({ head }), HEARTBEAT_MS);
		const log = { chainId, workflowId: context.info.workflowExecution?.workflowId };
		try {
			const fencingNumber = await takeFencingNumber(deps.db, {
				chainId,
				holder: deps.holder,
				scheduledAtMs: context.info.currentAttemptScheduledTimestampMs,
			});
			const from = await deps.client.head();
			const arrivals = new Arrivals({
				...{ db: deps.db, client: deps.client, chain: deps.chain, signal },
				onProgress: sweepLog((fields, message) => deps.log.info({ ...log, ...fields }, message)),
				onToken: ({ row, verdict }) => {
					if (verdict.exclusion === null) return;
					const { code, sentence } = verdict.exclusion;
					deps.log.warn({ ...log, token: row.address, symbol: row.symbol, code }, `routes do not use this token: ${sentence}`);
				},
				onPool: ({ address, dex, allowed, reason }) => {
					deps.log.info(
						{ ...log, pool: address, dex },
						allowed ? "a new pool is searched from now on" : `a pool is not searched: ${reason}`,
					);
				},
			});
			const pools = await arrivals.ready(from);
			await using opened = await openMarket(deps, { pools, reading: arrivals, head: from, fencingNumber, signal, fields: log });
			const { book, recorder } = opened;
			const first = book.block;
			using engine = new Engine();
			const floor = new SearchFloor({ book, engine });
			const tripwire = new Tripwire(deps, book);
			floor.update(book.addresses);
			deps.log.info({ ...log, fencingNumber, pools: book.addresses.length, block: first.number }, "watching the market");
			if (deps.chain.policy.state === "announced-sub-blocks") {
				deps.log.warn(log, "this chain announces its blocks part by part; quotes build on whole blocks, up to a block behind them");
			}
			const loan = { lenders: deps.chain.lenders, tokens: deps.chain.startTokens };
			let liquidity = await loanLiquidity(deps.client, { ...loan, blockHash: first.hash });
			/** The most that a lender has at the block. Where the node does not tell, the last answer stays: `detect` cuts every size to the block's own. */
			const lendable = async (block: BlockRef): Promise<ReadonlyMap<string, bigint>> => {
				try {
					liquidity = await loanLiquidity(deps.client, { ...loan, blockHash: block.hash });
				} catch (error) {
					if (!(error instanceof ArbError) || !error.retryable) throw error;
					deps.log.warn({ ...log, block: block.number, err: error }, "the lenders' balances could not be read");
				}
				return liquidity;
			};
			const consider = async (block: BlockRef, changed: readonly string[]): Promise<void> => {
				head = block.number;
				const [targetTimestamp, newest, control, busy, lent, belowFloor, quarantined] = await Promise.all([
					nextTimestamp(deps.client, block.hash),
					currentFencingNumber(deps.db, chainId),
					readControl(deps.db, chainId),
					busyPools(deps.db, chainId),
					lendable(block),
					poolsBelowFloor(deps.db, chainId),
					quarantinedPools(deps.db, chainId),
				]);
				const left = new Set([...belowFloor, ...quarantined]);
				if (newest !== fencingNumber) {
					deps.log.warn({ ...log, fencingNumber, newest }, "a later watcher has taken over");
					ended.abort();
				}
				const changedPools = [...changed, ...floor.move({ below: left, pools: book })];
				if (newest !== fencingNumber) return;
				if (!control.paused && !control.killSwitch && changedPools.length > 0) {
					await startWorthy({ block, targetTimestamp, changedPools, busy, liquidity: lent });
				}
				const found = await tripwire.audit(quarantined);
				if (found.length > 0) floor.move({ below: new Set([...left, ...found]), pools: book });
			};
			const startWorthy = async (of: {
				readonly block: BlockRef;
				readonly targetTimestamp: number;
				readonly changedPools: readonly string[];
				readonly busy: ReadonlySet<string>;
				readonly liquidity: ReadonlyMap<string, bigint>;
			}): Promise<void> => {
				const { maxLifecyclesPerBlock } = deps.chain.policy;
				const worth = candidatesOf({
					...{ chain: deps.chain, block: of.block, book, engine, fencingNumber },
					...{ targetTimestamp: of.targetTimestamp, changedPools: of.changedPools, liquidity: of.liquidity },
					limit: maxLifecyclesPerBlock * 4,
				})
					.filter((candidate) => candidate.route.every((hop) => !of.busy.has(hop.pool)))
					.slice(0, maxLifecyclesPerBlock);
				await Promise.all(worth.map((candidate) => startLifecycle(deps, candidate)));
			};
			const followers = new Followers({ chain: deps.chain, client: deps.client, book, engine, fencingNumber });
			/** Lifecycles behind waiting transactions, so many per block. What fails is told and left: the next transaction is another. */
			const followPending = async (wsUrl: string, until: AbortSignal): Promise<void> => {
				const onTrouble = (error: unknown): void => deps.log.warn({ ...log, err: error }, "pending transactions could not be followed");
				let at = { hash: "", started: 0 };
				for await (const hash of watchPending({ wsUrl, onTrouble }, until)) {
					if (at.hash !== book.block.hash) at = { hash: book.block.hash, started: 0 };
					if (at.started >= deps.chain.policy.maxFollowersPerBlock) continue;
					try {
						const candidate = await followers.behind(hash, { liquidity, out: floor.out });
						if (candidate === null || candidate.block.hash !== book.block.hash) continue;
						const [control, busy] = await Promise.all([readControl(deps.db, chainId), busyPools(deps.db, chainId)]);
						if (control.paused || control.killSwitch || candidate.route.some((hop) => busy.has(hop.pool))) continue;
						at.started += 1;
						await startLifecycle(deps, candidate);
					} catch (error) {
						onTrouble(error);
					}
				}
			};
			const board = new BestPriceBoard({ deps, book, engine });
			// What stands open on the block that this watch begins with changes no more: it is looked at once, whole.
			await consider(first, book.addresses);
			void recorder.flush();
			await board.show(first);
			const { pending } = deps.chain;
			const stopFollowing = new AbortController();
			const following = pending === undefined ? null : followPending(pending.wsUrl, AbortSignal.any([signal, stopFollowing.signal]));
			try {
				await followChain(deps.client, book, signal, {
					newPools: arrivals,
					onBlock: async ({ block, changedPools, removedPools, reorgDepth, isHead }) => {
						floor.remove(removedPools);
						if (reorgDepth > 0) deps.log.warn({ ...log, block: block.number, reorgDepth }, "blocks were taken back");
						floor.update(changedPools);
						if (isHead) await consider(block, changedPools);
						void recorder.flush();
						if (isHead) await board.show(block);
					},
				});
			} finally {
				stopFollowing.abort();
				await following;
			}
			const why = ended.signal.aborted
				? "a later watcher has taken over"
				: context.cancellationSignal.aborted
					? "cancelled"
					: "watched long enough";
			if (context.cancellationSignal.aborted) throw new CancelledFailure(why);
			return { why };
		} catch (error) {
			// Its actor starts the next watch if this attempt was the current one; if it was not, nobody waits for its answer.
			if (error instanceof ArbError && error.code === "fenced") return { why: error.message };
			throw asFailure(error);
		} finally {
			clearInterval(beat);
		}
	};
}

const CHAIN = defineSearchAttributeKey(SEARCH_ATTRIBUTES.chain.name, SEARCH_ATTRIBUTES.chain.type);
const FAMILIES = defineSearchAttributeKey(SEARCH_ATTRIBUTES.families.name, SEARCH_ATTRIBUTES.families.type);

/** Starts the candidate's lifecycle; one that was started already is a success. */
export async function startLifecycle(
	deps: Pick<WatchDependencies, "temporal" | "taskQueue" | "chain" | "log">,
	candidate: Candidate,
): Promise<string> {
	const workflowId = lifecycleWorkflowId({
		chainId: candidate.chainId,
		blockNumber: candidate.block.number,
		blockHash: candidate.block.hash,
		routeHash: candidate.routeHash,
	});
	const symbol = (address: string): string => deps.chain.tokens.find((token) => token.address === address)?.symbol ?? address;
	try {
		await deps.temporal.workflow.start("arbitrage", {
			workflowId,
			taskQueue: deps.taskQueue,
			args: [candidate, deps.chain.policy.budgetFactor],
			workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
			requestEagerStart: true,
			workflowTaskTimeout: "2s",
			staticSummary: [...candidate.route.map((hop) => symbol(hop.tokenIn)), symbol(candidate.startToken)].join(" → "),
			typedSearchAttributes: new TypedSearchAttributes([
				{ key: CHAIN, value: String(candidate.chainId) },
				{ key: FAMILIES, value: [...new Set(candidate.route.map((hop) => hop.family))] },
			]),
		});
	} catch (error) {
		if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
	}
	return workflowId;
}
