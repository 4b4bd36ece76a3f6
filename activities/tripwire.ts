import type { ChainConfig } from "../config/chain.ts";
import { quarantinePool, releasePool } from "../db/quarantine.ts";
import { readPools } from "../db/registry.ts";
import type { BlockRef, Candidate } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import type { ChainClient } from "../market/chain-client.ts";
import type { PoolBook } from "../market/pool-book.ts";
import { type Audited, auditStates, drawn } from "../market/tripwire/audit.ts";
import type { ChainDependencies } from "./dependencies.ts";

type AuditDependencies = Pick<ChainDependencies, "db" | "client" | "log"> & {
	readonly chain: Pick<ChainConfig, "chainId"> & {
		readonly policy: Pick<ChainConfig["policy"], "auditedPoolsPerBlock" | "cleanAuditsToRelease">;
	};
};

/**
 * The rolling audit of the watcher's pool book: some pools of every block, and all that are in quarantine, are compared with the chain. What differs is put in
 * quarantine, shown with both states, and read again (one that cannot be read stays out until it can); what was found right often enough in a row comes back.
 */
export class Tripwire {
	readonly #deps: AuditDependencies;
	readonly #book: PoolBook;
	/** Audits in a row that found a quarantined pool right. */
	readonly #clean = new Map<string, number>();

	constructor(deps: AuditDependencies, book: PoolBook) {
		this.#deps = deps;
		this.#book = book;
	}

	/**
	 * Audits the book at its block.
	 *
	 * @param quarantined the pools that are in quarantine by now, whoever noticed them
	 * @returns the pools that this audit found to differ and that were not in quarantine before
	 */
	async audit(quarantined: ReadonlySet<string>): Promise<readonly string[]> {
		const { chain, client, db, log } = this.#deps;
		const { block } = this.#book;
		for (const pool of this.#clean.keys()) if (!quarantined.has(pool)) this.#clean.delete(pool);
		const { addresses } = this.#book;
		const chosen = [
			...drawn(addresses, { blockHash: block.hash, count: chain.policy.auditedPoolsPerBlock, except: quarantined }),
			...[...quarantined].filter((pool) => this.#book.has(pool)),
		];
		if (chosen.length === 0) return [];
		const audited = await this.#compare(client, chosen);
		// The book may have gone on or back meanwhile: then what was read is of another block.
		if (this.#book.block.hash !== block.hash) return [];
		const differing = audited.filter(({ fields }) => fields.length > 0);
		this.#book.replace(differing.flatMap(({ fresh }) => fresh ?? []));
		const found: string[] = [];
		for (const each of differing) {
			this.#clean.set(each.pool, 0);
			if (quarantined.has(each.pool)) continue;
			found.push(each.pool);
			await quarantine(this.#deps, { audited: each, block, foundBy: "audit" });
		}
		for (const { pool, fields } of audited) {
			if (fields.length > 0 || !quarantined.has(pool)) continue;
			const clean = (this.#clean.get(pool) ?? 0) + 1;
			this.#clean.set(pool, clean);
			if (clean < chain.policy.cleanAuditsToRelease) continue;
			const why = `${clean} audits in a row found it right, the last at block ${block.number}`;
			await releasePool(db, { chainId: chain.chainId, pool, blockNumber: block.number, why });
			log.info({ chainId: chain.chainId, pool, block: block.number }, "a pool left quarantine");
		}
		return found;
	}

	async #compare(client: ChainClient, names: readonly string[]): Promise<readonly Audited[]> {
		const { block } = this.#book;
		const kept = names.map((name) => this.#book.state(name));
		try {
			return await auditStates(client, { blockHash: block.hash, pools: this.#book.facts(names), kept });
		} catch (error) {
			// A node that does not answer is followed up by whoever follows the chain; the next block audits again.
			if (!(error instanceof ArbError) || !error.retryable) throw error;
			this.#deps.log.warn({ chainId: this.#deps.chain.chainId, block: block.number, err: error }, "the audit could not read the chain");
			return [];
		}
	}
}

/**
 * Compares a candidate's pool states with the chain's at its block, and puts what differs in quarantine.
 *
 * @returns the pools that differ, with the fields
 */
export async function compareCandidate(
	deps: AuditDependencies,
	of: { readonly candidate: Candidate; readonly workflowId: string },
): Promise<readonly { readonly pool: string; readonly fields: readonly string[] }[]> {
	const { block, follows } = of.candidate;
	// What a transaction that is followed has changed is not on the chain yet: the plan's simulation of both holds for it.
	const kept = of.candidate.pools.filter((state) => follows?.changedPools.includes(state.address) !== true);
	if (kept.length === 0) return [];
	const pools = await readPools(deps.db, deps.chain.chainId, { addresses: kept.map((state) => state.address) });
	const audited = await auditStates(deps.client, { blockHash: block.hash, pools, kept });
	const differing = audited.filter(({ fields }) => fields.length > 0);
	for (const each of differing) await quarantine(deps, { audited: each, block, foundBy: of.workflowId });
	return differing.map(({ pool, fields }) => ({ pool, fields }));
}

async function quarantine(
	{ db, chain, log }: AuditDependencies,
	of: { readonly audited: Audited; readonly block: BlockRef; readonly foundBy: string },
): Promise<void> {
	const { pool, kept, fresh, fields } = of.audited;
	const { number: blockNumber, hash: blockHash } = of.block;
	await quarantinePool(db, {
		chainId: chain.chainId,
		pool,
		blockNumber,
		blockHash,
		kept,
		fresh: fresh?.state ?? null,
		fields,
		foundBy: of.foundBy,
	});
	log.error({ chainId: chain.chainId, pool, block: blockNumber, fields, foundBy: of.foundBy }, "a kept state differs from the chain's");
}
