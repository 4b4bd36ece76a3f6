import type { ChainConfig } from "../../config/chain.ts";
import type { Database } from "../../db/connection.ts";
import { databaseTime, readCursors, recordFound, rewindDiscovery, setPermissions } from "../../db/discovery.ts";
import { type Permission, readPools, upsertTokens } from "../../db/registry.ts";
import type { BlockPoint, DiscoveryCursor, FoundPool } from "../../domain/discovery.ts";
import type { Pool } from "../../domain/pool.ts";
import { type Block, blockRef } from "../block.ts";
import type { ChainClient } from "../chain-client.ts";
import type { NewPools } from "../follow.ts";
import type { ChainLog } from "../log.ts";
import type { Arrival, PoolBook } from "../pool-book.ts";
import type { TrackedPool } from "../protocols/adapter.ts";
import { admitTokens, type InspectedToken } from "../tokens/admission.ts";
import { withPoint } from "./cursor.ts";
import { announcedPools, type EventQuestion, eventQuestion } from "./events.ts";
import { type Admission, admissionOf, permissionOf, permitStored, plainPool, storedAdmission } from "./permission.ts";
import { isPoolsFault, readableStates } from "./readable.ts";
import type { DiscoveredChain } from "./scope.ts";
import { type SweepProgress, settledBlock, sweep } from "./sweep.ts";

export interface ArrivalsOptions {
	readonly db: Database;
	readonly client: ChainClient;
	readonly chain: DiscoveredChain & Pick<ChainConfig, "executor" | "policy">;
	readonly signal?: AbortSignal;
	/** Time between looks at what others (the schedule, an import) have put into the registry. */
	readonly registryMs?: number;
	/** Time between writes of the cursors while no pool arrives. */
	readonly cursorMs?: number;
	readonly onProgress?: (progress: SweepProgress) => void;
	/** Told of each token that was inspected. */
	readonly onToken?: (token: InspectedToken) => void;
	/** Told of each pool that a block announced, and of each that cannot be read. */
	readonly onPool?: (pool: Pick<Pool, "address" | "dex"> & Permission) => void;
}

const REGISTRY_MS = 5_000;
const CURSOR_MS = 30_000;
/** A transaction's time is that of its begin: rows may show later than they say. */
const REGISTRY_OVERLAP_MS = 60_000;

/**
 * Keeps registry and book complete while a chain is followed: what a block's factories announce, what others have stored meanwhile, and, where blocks were
 * skipped, what their events tell. A pool that a reorg takes back leaves the registry again.
 */
export class Arrivals implements NewPools {
	readonly #of: ArrivalsOptions;
	readonly #questions: ReadonlyMap<string, readonly EventQuestion[]>;
	#admission: Admission | null = null;
	/** The block up to which every event was seen. */
	#last: BlockPoint | null = null;
	#cursors: readonly DiscoveryCursor[] = [];
	#cursorsAt = 0;
	#registryAt = 0;
	#registrySince = new Date(0);

	constructor(of: ArrivalsOptions) {
		this.#of = of;
		const questions = of.chain.dexes.flatMap((dex) => eventQuestion(of.chain, dex) ?? []);
		this.#questions = Map.groupBy(questions, (question) => question.creation.emitter);
	}

	/** First topics of every event that announces a pool. */
	get topics(): readonly string[] {
		const firsts = [...this.#questions.values()].flat().flatMap(({ topics }) => topics[0] ?? []);
		return [...new Set(firsts)];
	}

	/** Loads the book with all that may be searched by then. */
	async load(book: PoolBook, block: Block): Promise<void> {
		await this.loadBook(book, { block, pools: await this.ready(block) });
	}

	/** Finds what was created since the cursors, admits it, and returns all that may be searched. The first call inspects the chain's tokens. */
	async ready(block: Block): Promise<readonly Pool[]> {
		const { db, client, chain, signal, onProgress } = this.#of;
		const settled = await settledBlock(client, { head: block, confirmationDepth: chain.policy.confirmationDepth });
		const results = await sweep({
			...{ db, client, chain, settled, head: block, admission: this.#admission ?? (await storedAdmission(db, chain)) },
			// Lists and derivations are the schedule's, but for dexes that have nothing else.
			waysOf: (dex) => [eventQuestion(chain, dex) === null ? "list" : "events"],
			...(onProgress && { onProgress }),
			...(signal && { signal }),
		});
		for (const { failure } of results) if (failure !== null) throw failure;
		this.#registrySince = new Date((await databaseTime(db)).getTime() - REGISTRY_OVERLAP_MS);
		this.#admission ??= await this.#inspect(block);
		const pools = await permitStored(db, chain);
		const sources = new Set([...this.#questions.values()].flat().map((question) => question.source));
		this.#cursors = (await readCursors(db, chain.chainId)).filter((cursor) => cursor.way === "events" && sources.has(cursor.source));
		this.#last = { number: block.number, hash: block.hash };
		this.#cursorsAt = performance.now();
		this.#registryAt = performance.now();
		return pools;
	}

	/** The pools that come to the book with this block, with their states at its end; its logs are all those with a topic of {@link topics}, or more. */
	async of(block: Block, logs: readonly ChainLog[], book: Pick<PoolBook, "has">): Promise<readonly Arrival[]> {
		const { client, chain } = this.#of;
		await this.#goBackTo(block);
		const announced = await this.#announced(block, logs);
		const allowed = announced.length === 0 ? [] : await this.#admit(block, announced);
		const stored = await this.#storedByOthers();
		this.#last = { number: block.number, hash: block.hash };
		await this.#writeCursors();
		const pools = [...new Map([...allowed, ...stored].map((pool) => [pool.address, pool])).values()].filter(
			({ address }) => !book.has(address),
		);
		const { tracked, unreadable } = await readableStates(client, { pools, blockHash: block.hash });
		await this.#refuse(pools, unreadable);
		for (const pool of announced) {
			const permission = unreadable.has(pool.address)
				? { allowed: false, reason: unreadable.get(pool.address) ?? "" }
				: permissionOf(pool, this.#admission ?? admissionOf(chain, []));
			this.#of.onPool?.({ ...pool, ...permission });
		}
		return pools.flatMap((pool) => {
			const state = tracked.get(pool.address);
			return state === undefined ? [] : [{ pool, tracked: state }];
		});
	}

	/** Where this block does not follow the last one, that one was taken back, and with it what it announced. */
	async #goBackTo(block: Block): Promise<void> {
		if (this.#last === null || block.hash === this.#last.hash || block.parentHash === this.#last.hash) return;
		// Every block below was seen: the cursors stand there, wherever their last points are.
		const parent = { number: block.number - 1, hash: block.parentHash };
		const cursors = this.#cursors.map((cursor) => ({ ...cursor, points: withPoint(cursor.points, parent) }));
		await rewindDiscovery(this.#of.db, { chainId: this.#of.chain.chainId, cursors });
		this.#cursors = cursors;
		this.#last = parent;
	}

	async #announced(block: Block, logs: readonly ChainLog[]): Promise<readonly FoundPool[]> {
		const { client, chain } = this.#of;
		const found: FoundPool[] = [];
		for (const [emitter, questions] of this.#questions) {
			const own = logs.filter((log) => log.address === emitter);
			if (own.length === 0) continue;
			for (const question of questions) {
				const kinds = new Set([question.topics[0] ?? []].flat());
				const announcing = own.filter((log) => kinds.has(log.topics[0] ?? ""));
				if (announcing.length > 0) found.push(...(await announcedPools(client, chain, { question, logs: announcing, at: block })));
			}
		}
		return found;
	}

	/** Stores what a block announced, and returns what may be searched: of tokens that were excluded for want of a pool to try them in, pools that were there before, too. */
	async #admit(block: Block, announced: readonly FoundPool[]): Promise<readonly Pool[]> {
		const { db, chain } = this.#of;
		const { chainId } = chain;
		const before = this.#admission ?? admissionOf(chain, []);
		const barred = new Set(announced.flatMap(({ tokens }) => tokens).filter((token) => before.tokens.get(token)?.allowed === false));
		const isInspected = barred.size > 0;
		const after = isInspected ? await this.#inspect(block, { tokens: barred, pools: announced }) : before;
		this.#admission = after;
		const pools = announced.map((pool) => ({ ...pool, ...permissionOf(pool, after) }));
		// With the point of this very block: a pool whose block is taken back must not stand without a cursor that shows it.
		this.#cursors = this.#cursors.map((cursor) => ({
			...cursor,
			points: withPoint(cursor.points, { number: block.number, hash: block.hash }),
		}));
		await recordFound(db, { chainId, pools, cursors: this.#cursors });
		// Known ones keep their permission when they are stored again: an announcement settles it anew.
		await setPermissions(db, { chainId, permissions: pools });
		if (isInspected) return await permitStored(db, chain);
		return pools.filter(({ allowed }) => allowed).map(plainPool);
	}

	/** Tries the chain's tokens out, or some of them, with pools as holders, and stores what came of it. */
	async #inspect(block: Block, only?: { readonly tokens: ReadonlySet<string>; readonly pools: readonly Pool[] }): Promise<Admission> {
		const { db, client, chain, onToken } = this.#of;
		const among = chain.tokens.filter(({ address }) => only?.tokens.has(address) !== false);
		const amongTokens = among.map(({ address }) => address);
		const pools = only?.pools ?? (await readPools(db, chain.chainId, { amongTokens }));
		const inspected = await admitTokens(client, { ...chain, tokens: among }, { block: blockRef(block), pools });
		for (const token of inspected) onToken?.(token);
		await upsertTokens(
			db,
			inspected.map(({ row }) => row),
		);
		return await storedAdmission(db, chain);
	}

	async #storedByOthers(): Promise<readonly Pool[]> {
		const { db, chain, registryMs = REGISTRY_MS } = this.#of;
		if (performance.now() - this.#registryAt < registryMs) return [];
		const now = await databaseTime(db);
		const stored = await readPools(db, chain.chainId, { allowedSince: this.#registrySince });
		this.#registrySince = new Date(now.getTime() - REGISTRY_OVERLAP_MS);
		this.#registryAt = performance.now();
		const admission = this.#admission;
		// Others may have read the settings that this process started with before they changed.
		return stored.filter((pool) => admission !== null && permissionOf(pool, admission).allowed).map(plainPool);
	}

	async #writeCursors(): Promise<void> {
		const { db, chain, cursorMs = CURSOR_MS } = this.#of;
		if (this.#last === null || performance.now() - this.#cursorsAt < cursorMs) return;
		const last = this.#last;
		this.#cursors = this.#cursors.map((cursor) => ({ ...cursor, points: withPoint(cursor.points, last) }));
		await recordFound(db, { chainId: chain.chainId, pools: [], cursors: this.#cursors });
		this.#cursorsAt = performance.now();
	}

	/** States of pools; those that cannot be read are left out, and stored as such. */
	async states({
		pools,
		blockHash,
	}: {
		readonly pools: readonly Pool[];
		readonly blockHash: string;
	}): Promise<ReadonlyMap<string, TrackedPool>> {
		const { tracked, unreadable } = await readableStates(this.#of.client, { pools, blockHash });
		await this.#refuse(pools, unreadable);
		for (const { address, dex } of pools) {
			const reason = unreadable.get(address);
			if (reason !== undefined) this.#of.onPool?.({ address, dex, allowed: false, reason });
		}
		return tracked;
	}

	/** Loads the book with these pools; those that cannot be read are left out, and stored as such. */
	async loadBook(book: PoolBook, of: { readonly block: Block; readonly pools: readonly Pool[] }): Promise<void> {
		const { block, pools } = of;
		try {
			await book.load(block, pools);
		} catch (error) {
			if (!isPoolsFault(error)) throw error;
			const { unreadable } = await readableStates(this.#of.client, { pools, blockHash: block.hash });
			if (unreadable.size === 0) throw error;
			await this.#refuse(pools, unreadable);
			for (const { address, dex } of pools) {
				const reason = unreadable.get(address);
				if (reason !== undefined) this.#of.onPool?.({ address, dex, allowed: false, reason });
			}
			await book.load(
				block,
				pools.filter(({ address }) => !unreadable.has(address)),
			);
		}
	}

	/** Pools that cannot be read are stored as such. */
	async #refuse(pools: readonly Pool[], unreadable: ReadonlyMap<string, string>): Promise<void> {
		if (unreadable.size === 0) return;
		const permissions = pools.flatMap(({ address }) => {
			const reason = unreadable.get(address);
			return reason === undefined ? [] : [{ address, allowed: false, reason }];
		});
		await setPermissions(this.#of.db, { chainId: this.#of.chain.chainId, permissions });
	}
}
