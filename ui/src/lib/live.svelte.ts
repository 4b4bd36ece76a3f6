import { getContext, setContext } from "svelte";
import type { ChainFacts, Chains } from "../../../api/chains/schema.ts";
import type { Health } from "../../../api/health/schema.ts";
import type { MoneySummary } from "../../../api/money/schema.ts";
import type { Opportunity, OpportunityPage } from "../../../api/opportunities/schema.ts";
import type { Rejections } from "../../../api/rejections/schema.ts";
import type { PoolMessage, StepMessage } from "../../../api/stream/messages.ts";
import { applyStep, mergeRows, type Outcome } from "./lifecycle.ts";
import { Refresh } from "./refresh.ts";
import { pathWith, read } from "./requests.ts";
import { retryDelay, StepStream, type StreamState } from "./stream.ts";

/** Rows of the feed. More than a screen holds; the trades page has the rest. */
const FEED_ROWS = 60;
/** Least milliseconds between two readings of the same list, however fast the market is. */
const FEED_INTERVAL_MS = 600;
const SUMMARY_INTERVAL_MS = 1_500;
/** Dependencies and control rows do not announce their changes. */
const POLL_MS = 5_000;
/** A server that hangs must not look healthy for longer; above the two seconds that it gives each dependency. */
const POLL_LIMIT_MS = 4_000;

/** Everything that the pages show together, kept up to date by the stream; one per window. */
export class Live {
	feed = $state.raw<readonly Opportunity[]>([]);
	feedOutcome = $state<Outcome | null>(null);
	/** The chain that is asked for; null: all. */
	chosenId = $state<number | null>(null);
	/** By chain id, of the chains shown: coins of two chains are not added. */
	money = $state.raw<ReadonlyMap<number, MoneySummary>>(new Map());
	rejections = $state.raw<Rejections | null>(null);
	health = $state.raw<Health | null>(null);
	chains = $state.raw<Chains | null>(null);
	stream = $state.raw<StreamState>({ kind: "connecting" });
	/** Why the first reading failed; null once there is anything to show. */
	failure = $state<string | null>(null);
	isLoaded = $state(false);
	nowMs = $state(Date.now());
	/** Lifecycles settled since this page was opened, for announcements. */
	settledSeen = $state(0);

	/** The chains that the pages are about: the chosen one, or all. */
	readonly shown: readonly ChainFacts[] = $derived(
		(this.chains?.chains ?? []).filter((chain) => this.chosenId === null || chain.chainId === this.chosenId),
	);

	readonly #steps: StepStream;
	readonly #poolListeners = new Set<(message: PoolMessage) => void>();
	readonly #listeners = new Set<(message: StepMessage | null) => void>();
	readonly #timers: ReturnType<typeof setInterval>[] = [];
	readonly #feedRefresh = new Refresh(() => this.#readFeed(), FEED_INTERVAL_MS);
	readonly #summaryRefresh = new Refresh(() => this.#readSummary(), SUMMARY_INTERVAL_MS);
	#retry: ReturnType<typeof setTimeout> | undefined;
	#failures = 0;
	#isStopped = false;

	/** @param chosenId the chain to show first; null: all */
	constructor(chosenId: number | null) {
		this.chosenId = chosenId;
		this.#steps = new StepStream({
			connect: (after) => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/stream?after=${after}`),
			onStep: (message) => this.#take(message),
			onPool: (message) => {
				for (const listener of this.#poolListeners) listener(message);
			},
			onReset: () => void this.load(),
			onState: (state) => {
				this.stream = state;
			},
			now: () => Date.now(),
			random: () => Math.random(),
		});
	}

	/** Starts reading; returns how to stop. */
	start(): () => void {
		void this.load();
		this.#timers.push(setInterval(() => void this.#poll(), POLL_MS));
		this.#timers.push(
			setInterval(() => {
				this.nowMs = Date.now();
			}, 1_000),
		);
		const hurry = () => {
			if (document.visibilityState === "visible") this.#steps.hurry();
		};
		window.addEventListener("online", hurry);
		document.addEventListener("visibilitychange", hurry);
		return () => {
			this.#isStopped = true;
			for (const timer of this.#timers) clearInterval(timer);
			clearTimeout(this.#retry);
			this.#feedRefresh.stop();
			this.#summaryRefresh.stop();
			this.#steps.stop();
			window.removeEventListener("online", hurry);
			document.removeEventListener("visibilitychange", hurry);
		};
	}

	/** Reads the whole state, then follows the stream from there; tries again by itself until that works. */
	async load(): Promise<void> {
		try {
			const page = await this.#readPage();
			this.feed = page.items;
			this.isLoaded = true;
			this.failure = null;
			this.#failures = 0;
			this.#steps.start(page.latestSeq);
			this.#tell(null);
		} catch (error) {
			this.failure = error instanceof Error ? error.message : String(error);
			this.stream = { kind: "waiting", retryAtMs: Date.now() };
			if (!this.#isStopped) this.#retry = setTimeout(() => void this.load(), retryDelay(this.#failures, Math.random()));
			this.#failures += 1;
		}
		await Promise.all([this.#readSummary(), this.#poll()]);
	}

	/** Shows only lifecycles of one outcome, or all of them. */
	filter(outcome: Outcome | null): void {
		this.feedOutcome = outcome;
		this.feed = [];
		this.isLoaded = false;
		this.#feedRefresh.ask();
	}

	/** Shows one chain, or all of them (null). */
	choose(chainId: number | null): void {
		if (chainId === this.chosenId) return;
		this.chosenId = chainId;
		this.feed = [];
		this.isLoaded = false;
		this.money = new Map();
		this.rejections = null;
		this.#feedRefresh.ask();
		this.#summaryRefresh.ask();
	}

	/** What a chain is called; its id where it is not known. */
	nameOf(chainId: number): string {
		return this.chains?.chains.find((chain) => chain.chainId === chainId)?.name ?? `chain ${chainId}`;
	}

	/** A path of this dashboard with the chosen chain, so that the choice goes along. */
	href(path: string): string {
		return pathWith(path, { [CHAIN_PARAMETER]: this.chosenId });
	}

	/** Calls `listener` at each step change, and with null after the state was loaded anew; returns how to stop that. */
	onStep(listener: (message: StepMessage | null) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Calls `listener` whenever a pool goes into quarantine or comes out; returns how to stop that. */
	onPool(listener: (message: PoolMessage) => void): () => void {
		this.#poolListeners.add(listener);
		return () => this.#poolListeners.delete(listener);
	}

	/** Takes control rows that an answer carried, without waiting for the next poll. */
	async readChains(): Promise<void> {
		this.chains = await read<Chains>("/api/chains");
	}

	#take(message: StepMessage): void {
		this.#tell(message);
		if (this.chosenId !== null && message.chainId !== this.chosenId) return;
		this.feed = this.feed.map((row) => (row.workflowId === message.workflowId ? applyStep(row, message) : row));
		if (message.status === "settled") this.settledSeen += 1;
		this.#feedRefresh.ask();
		if (message.status !== "done") this.#summaryRefresh.ask();
	}

	#tell(message: StepMessage | null): void {
		for (const listener of this.#listeners) listener(message);
	}

	#readPage(): Promise<OpportunityPage> {
		return read<OpportunityPage>(pathWith("/api/opportunities", { limit: FEED_ROWS, outcome: this.feedOutcome, chainId: this.chosenId }));
	}

	async #readFeed(): Promise<void> {
		const [asked, chainId] = [this.feedOutcome, this.chosenId];
		const page = await this.#readPage();
		// The filter was changed while the answer was on its way.
		if (asked !== this.feedOutcome || chainId !== this.chosenId) return;
		const known = asked === null ? this.feed : [];
		this.feed = mergeRows({ known, fresh: page.items, limit: FEED_ROWS });
		this.isLoaded = true;
	}

	async #readSummary(): Promise<void> {
		if (this.chains === null) await this.readChains().catch(() => undefined);
		const { chosenId, shown } = this;
		const [rejections, ...moneys] = await Promise.allSettled([
			read<Rejections>(pathWith("/api/rejections", { chainId: chosenId })),
			...shown.map(({ chainId }) => read<MoneySummary>(pathWith("/api/money", { chainId }))),
		]);
		// Another chain was chosen while the answers were on their way.
		if (chosenId !== this.chosenId) return;
		if (rejections.status === "fulfilled") this.rejections = rejections.value;
		const answered = moneys.flatMap((money) => (money.status === "fulfilled" ? [[money.value.chainId, money.value] as const] : []));
		this.money = new Map([...this.money, ...answered]);
	}

	async #poll(): Promise<void> {
		const [health, chains] = await Promise.allSettled([
			read<Health>("/api/health", AbortSignal.timeout(POLL_LIMIT_MS), [503]),
			read<Chains>("/api/chains", AbortSignal.timeout(POLL_LIMIT_MS)),
		]);
		// What cannot be read is shown as unknown, not as it was.
		this.health = health.status === "fulfilled" ? health.value : null;
		if (chains.status === "fulfilled") this.chains = chains.value;
	}
}

/** Of the address: which chain is shown. */
export const CHAIN_PARAMETER = "chain";

/** The chain that an address asks for; null where it names none. */
export function chainOfAddress(url: { readonly searchParams: Pick<URLSearchParams, "get"> }): number | null {
	const text = url.searchParams.get(CHAIN_PARAMETER) ?? "";
	return /^[1-9][0-9]*$/.test(text) ? Number(text) : null;
}

const KEY = Symbol("live");

export function provideLive(live: Live): Live {
	return setContext(KEY, live);
}

export function useLive(): Live {
	return getContext<Live>(KEY);
}
