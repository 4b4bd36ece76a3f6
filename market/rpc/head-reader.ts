import type { Endpoint } from "./endpoint.ts";
import { vouchedHead } from "./head-vote.ts";
import { type Header, parseHeader } from "./header.ts";
import { RpcError } from "./rpc-error.ts";

const METHOD = "eth_getBlockByNumber";
/** Heights at which endpoints that are far apart are compared, from the top. */
const HEIGHTS_TRIED = 4;

export interface HeadReaderOptions {
	/** Endpoints that must vouch for a head. */
	readonly need: number;
	readonly maxLagBlocks: number;
	/** Those that may be asked. */
	readonly usable: () => Promise<readonly Endpoint[]>;
	/** Keeps a header where its content proves it. */
	readonly proved: (header: Header) => Header;
	readonly unusable: (method: string, usable: readonly Endpoint[]) => RpcError;
}

interface Claim {
	readonly endpoint: Endpoint;
	readonly header: Header;
}

/**
 * The chain's head as several endpoints show it: all are asked, and the newest block that enough of them vouch for is the head. It is not believed where
 * another endpoint is further ahead on the same branch than lag explains: then those who agree are stale. An endpoint ahead on a branch of its own is outvoted.
 */
export class HeadReader {
	readonly #options: HeadReaderOptions;
	#thisTurn: Promise<Header> | null = null;

	constructor(options: HeadReaderOptions) {
		this.#options = options;
	}

	/** Callers of one turn of the event loop share one question; a later one would not see what came between. */
	read(signal?: AbortSignal): Promise<Header> {
		if (this.#thisTurn === null) {
			this.#thisTurn = this.#ask();
			this.#thisTurn.catch(() => {});
			setImmediate(() => {
				this.#thisTurn = null;
			});
		}
		return signal === undefined ? this.#thisTurn : abortable(this.#thisTurn, signal);
	}

	/** The head that follows from what the endpoints showed last, by subscription or answer; null where it does not. */
	vouchedByLast(endpoints: readonly Endpoint[]): Header["block"] | null {
		const shown = endpoints.map((endpoint) => endpoint.head).filter((head) => head !== null);
		const best = vouchedHead(shown, this.#options.need);
		return best === null || shown.some((head) => this.#isFarAhead(head.number, best.number)) ? null : best;
	}

	async #ask(): Promise<Header> {
		const { need, usable, unusable } = this.#options;
		const endpoints = await usable();
		if (endpoints.length < need) throw unusable(METHOD, endpoints);
		const claims: Claim[] = [];
		const failures: RpcError[] = [];
		const pending = new Map(
			endpoints.map((endpoint) => [
				endpoint,
				this.#claim(endpoint).then(
					(header) => ({ endpoint, header }),
					(failure: RpcError) => ({ endpoint, failure }),
				),
			]),
		);
		// Those still under way when the head is decided go on: their answers, and their time-outs, are observed.
		while (pending.size > 0) {
			const settled = await Promise.race(pending.values());
			pending.delete(settled.endpoint);
			if ("failure" in settled) failures.push(settled.failure);
			else claims.push(settled);
			const best = this.#vouched(claims);
			const mayBeAhead = [...claims.map(({ header }) => header.block), ...[...pending.keys()].map(({ head }) => head)];
			if (best !== null && !mayBeAhead.some((head) => head !== null && this.#isFarAhead(head.number, best.block.number))) return best;
		}
		return await this.#settle(claims, failures);
	}

	async #settle(claims: readonly Claim[], failures: readonly RpcError[]): Promise<Header> {
		const { need } = this.#options;
		const failure = failures.find(({ retryable }) => retryable) ?? failures[0];
		if (claims.length < need) {
			if (claims.length === 0 && failure !== undefined) throw failure;
			const why = failures.map(({ message }) => message).join("; ");
			throw new RpcError({
				kind: "too_few",
				message: `the head: ${claims.length} of the ${need} endpoints that must agree answered (${why})`,
			});
		}
		const best = this.#vouched(claims) ?? (await this.#commonBlock(claims));
		if (best === null) {
			const heads = claims.map(({ endpoint, header }) => `${endpoint.name}: ${header.block.number} (${header.block.hash})`).join("; ");
			throw new RpcError({
				kind: "disagreement",
				message: `no ${need} endpoints agree on a recent block (${heads}); check which of them lag or have forked`,
			});
		}
		for (const { endpoint, header } of claims) {
			if (!this.#isFarAhead(header.block.number, best.block.number)) continue;
			const below = await this.#blockAt(endpoint, best.block.number);
			if (below !== null && below.block.hash !== best.block.hash) {
				endpoint.contradicted(METHOD, `its block ${best.block.number} is ${below.block.hash}, others agree on ${best.block.hash}`);
				continue;
			}
			throw new RpcError({
				kind: "too_few",
				message: `the newest block that ${need} endpoints agree on is ${best.block.number}, but ${endpoint.name} has ${header.block.number} on top of it; check the endpoints that lag, or raise rpc.maxLagBlocks`,
			});
		}
		return best;
	}

	/** The highest block below the claims that enough of the endpoints have on their branches. */
	async #commonBlock(claims: readonly Claim[]): Promise<Header | null> {
		const heights = [...new Set(claims.map(({ header }) => header.block.number))].sort((a, b) => b - a);
		for (const height of heights.slice(0, HEIGHTS_TRIED)) {
			const above = claims.filter(({ header }) => header.block.number >= height);
			if (above.length < this.#options.need) continue;
			const at = await Promise.all(
				above.map(({ endpoint, header }) => (header.block.number === height ? header : this.#blockAt(endpoint, height))),
			);
			for (const header of at) {
				const same = at.filter((other) => other !== null && other.block.hash === header?.block.hash).length;
				if (header !== null && same >= this.#options.need) return header;
			}
		}
		return null;
	}

	#vouched(claims: readonly Claim[]): Header | null {
		const best = vouchedHead(
			claims.map(({ header }) => header.block),
			this.#options.need,
		);
		return best === null ? null : (claims.find(({ header }) => header.block === best)?.header ?? null);
	}

	#isFarAhead(number: number, of: number): boolean {
		return number > of + this.#options.maxLagBlocks;
	}

	async #claim(endpoint: Endpoint): Promise<Header> {
		const header = await this.#askBlock(endpoint, "latest");
		endpoint.showed(header.block);
		return header;
	}

	async #blockAt(endpoint: Endpoint, number: number): Promise<Header | null> {
		return await this.#askBlock(endpoint, `0x${number.toString(16)}`).catch(() => null);
	}

	async #askBlock(endpoint: Endpoint, at: string): Promise<Header> {
		if (!endpoint.takeBudget(METHOD)) {
			throw new RpcError({
				kind: "budget",
				message: `${METHOD}: the call budget of ${endpoint.name} is spent; wait, or raise it where the plan allows`,
			});
		}
		return await endpoint.call({
			method: METHOD,
			params: [at, false],
			isOfAnyChain: true,
			why: "first",
			check: (answer) => this.#options.proved(parseHeader(answer)),
		});
	}
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	const gone = Promise.withResolvers<never>();
	const abort = () => gone.reject(new RpcError({ kind: "cancelled", message: "the caller gave up waiting for the head" }));
	if (signal.aborted) abort();
	signal.addEventListener("abort", abort, { once: true });
	try {
		return await Promise.race([promise, gone.promise]);
	} finally {
		signal.removeEventListener("abort", abort);
	}
}
