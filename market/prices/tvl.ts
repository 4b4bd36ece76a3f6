import { ArbError } from "../../domain/errors.ts";
import { ATTODOLLARS_PER_DOLLAR } from "./observation.ts";
import { type Ratio, scaled, toNumber } from "./ratio.ts";

/** A pool and what it holds of each of its tokens, in base units. */
export interface TvlPool {
	readonly address: string;
	readonly dex: string;
	readonly tokens: readonly string[];
	readonly amounts: readonly bigint[];
}

/** What a token counts in a pool. */
export interface TvlPrice {
	/** Attodollars (1e-18 US dollars) per base unit. */
	readonly price: Ratio;
	/**
	 * Where pools alone price the token: the depth, in attodollars, that its price rests on. A pool that holds more of it than the deepest one is worth no
	 * more for it; without this, a worthless token with one pool of its own makes any other pool look rich.
	 */
	readonly capAttodollars: bigint | null;
}

/** One value of the time series, in millionths of a US dollar, rounded down. */
export interface TvlRow {
	readonly scope: "pool" | "dex" | "chain";
	/** Address, dex, or `all`. */
	readonly name: string;
	readonly microUsd: bigint;
	/** A token without a price counts for nothing: the value is at least this. */
	readonly isPartial: boolean;
}

const ATTODOLLARS_PER_MICRODOLLAR = ATTODOLLARS_PER_DOLLAR / 1_000_000n;

/**
 * Value of what the pools of a chain hold, by pool, dex and chain. Doubles rank and are computed again whole after each change of prices, in passes over
 * typed arrays; {@link rows} are the exact integers that are stored.
 */
export class TvlTable {
	readonly #pools: TvlPool[];
	readonly #indexOfPool: ReadonlyMap<string, number>;
	readonly #tokens = new Map<string, number>();
	readonly #dexes = new Map<string, number>();
	/** Holdings of pool i stand at `first[i]` up to before `first[i + 1]`. */
	readonly #first: Uint32Array;
	readonly #tokenOf: Uint32Array;
	readonly #amount: Float64Array;
	readonly #dexOf: Uint32Array;
	/** US dollars per base unit, 0 without a price; and what one pool's holding counts at most. */
	readonly #price: Float64Array;
	readonly #cap: Float64Array;
	readonly #prices: (TvlPrice | null)[];
	readonly #poolUsd: Float64Array;
	readonly #dexUsd: Float64Array;
	#chainUsd = 0;

	/** @throws ArbError `invalid_input` for a pool twice, or with another number of amounts than of tokens */
	constructor(pools: readonly TvlPool[]) {
		this.#pools = [...pools];
		this.#indexOfPool = new Map(pools.map((pool, i) => [pool.address, i]));
		if (this.#indexOfPool.size !== pools.length) throw invalid("pools", "a pool is in the list twice");
		const holdings = pools.reduce((sum, pool) => sum + pool.tokens.length, 0);
		this.#first = new Uint32Array(pools.length + 1);
		this.#tokenOf = new Uint32Array(holdings);
		this.#amount = new Float64Array(holdings);
		this.#dexOf = new Uint32Array(pools.length);
		let at = 0;
		for (const [i, pool] of pools.entries()) {
			this.#first[i] = at;
			this.#dexOf[i] = numberOf(this.#dexes, pool.dex);
			for (const token of pool.tokens) this.#tokenOf[at++] = numberOf(this.#tokens, token);
			this.#setAmounts(i, pool.amounts);
		}
		this.#first[pools.length] = at;
		this.#price = new Float64Array(this.#tokens.size);
		this.#cap = new Float64Array(this.#tokens.size).fill(Number.POSITIVE_INFINITY);
		this.#prices = Array.from(this.#tokens, () => null);
		this.#poolUsd = new Float64Array(pools.length);
		this.#dexUsd = new Float64Array(this.#dexes.size);
	}

	get chainUsd(): number {
		return this.#chainUsd;
	}

	/** @throws ArbError `not_found` for a pool that is not in the table */
	poolUsd(address: string): number {
		return this.#poolUsd[this.#indexOf(address)] ?? 0;
	}

	/** 0 for a dex without a pool. */
	dexUsd(dex: string): number {
		return this.#dexUsd[this.#dexes.get(dex) ?? -1] ?? 0;
	}

	/** What a pool holds now; counts from the next {@link recompute} on. */
	setAmounts(address: string, amounts: readonly bigint[]): void {
		this.#setAmounts(this.#indexOf(address), amounts);
	}

	/** A token's price, or null where it has none any more; tokens of no pool are ignored. Counts from the next {@link recompute} on. */
	setPrice(token: string, price: TvlPrice | null): void {
		const index = this.#tokens.get(token);
		if (index === undefined) return;
		this.#prices[index] = price;
		this.#price[index] = price === null ? 0 : toNumber(price.price) / 1e18;
		this.#cap[index] = price?.capAttodollars == null ? Number.POSITIVE_INFINITY : Number(price.capAttodollars) / 1e18;
	}

	/** Computes all doubles anew. */
	recompute(): void {
		const [first, tokenOf, amount, price, cap] = [this.#first, this.#tokenOf, this.#amount, this.#price, this.#cap];
		const [poolUsd, dexUsd, dexOf] = [this.#poolUsd, this.#dexUsd, this.#dexOf];
		dexUsd.fill(0);
		let chainUsd = 0;
		let at = 0;
		for (let pool = 0; pool < poolUsd.length; pool++) {
			const end = first[pool + 1] ?? 0;
			let sum = 0;
			for (; at < end; at++) {
				const token = tokenOf[at] ?? 0;
				const value = (amount[at] ?? 0) * (price[token] ?? 0);
				sum += Math.min(value, cap[token] ?? 0);
			}
			poolUsd[pool] = sum;
			dexUsd[dexOf[pool] ?? 0] = (dexUsd[dexOf[pool] ?? 0] ?? 0) + sum;
			chainUsd += sum;
		}
		this.#chainUsd = chainUsd;
	}

	/** The exact values by the prices and amounts that are set: pools in their order, then dexes, then the chain, whose values are sums of the pools'. */
	rows(): TvlRow[] {
		const pools = this.#pools.map((pool): TvlRow & { readonly dex: string } => {
			let attodollars = 0n;
			let isPartial = false;
			for (const [i, token] of pool.tokens.entries()) {
				const found = this.#prices[this.#tokens.get(token) ?? -1] ?? null;
				const amount = pool.amounts[i] ?? 0n;
				if (found === null) isPartial ||= amount > 0n;
				else attodollars += capped(scaled(amount, found.price), found.capAttodollars);
			}
			return { scope: "pool", name: pool.address, dex: pool.dex, microUsd: attodollars / ATTODOLLARS_PER_MICRODOLLAR, isPartial };
		});
		const dexes = [...Map.groupBy(pools, (pool) => pool.dex)].map(([dex, own]) => sumOf("dex", dex, own));
		return [...pools.map(({ dex: _, ...row }) => row), ...dexes, sumOf("chain", "all", pools)];
	}

	#setAmounts(index: number, amounts: readonly bigint[]): void {
		const pool = this.#pools[index];
		if (pool === undefined) throw invalid("index", `${index} is no pool's`);
		if (amounts.length !== pool.tokens.length) throw invalid("amounts", `pool ${pool.address} has ${pool.tokens.length} tokens`);
		this.#pools[index] = { ...pool, amounts };
		const first = this.#first[index] ?? 0;
		for (const [i, amount] of amounts.entries()) this.#amount[first + i] = Number(amount);
	}

	#indexOf(address: string): number {
		const index = this.#indexOfPool.get(address);
		if (index !== undefined) return index;
		throw new ArbError({ code: "not_found", message: `pool ${address} is not in the table of values`, retryable: false });
	}
}

/** A pool comes back with this much more than the floor, in hundredths: one that stands at the floor does not come and go. */
const RETURN_PERCENT = 110n;

/**
 * Which pools leave the search because they hold less than the floor, and which of those that had left come back.
 *
 * @param of.floorUsd whole US dollars
 * @param of.left addresses of the pools that are left out now
 * @param of.undecided pools with a token whose price is refused: they stay as they are until it is known again
 */
export function floorChanges(of: {
	readonly rows: readonly TvlRow[];
	readonly floorUsd: number;
	readonly left: ReadonlySet<string>;
	readonly undecided: ReadonlySet<string>;
}): {
	readonly leaving: readonly string[];
	readonly returning: readonly string[];
} {
	const floor = BigInt(of.floorUsd) * 1_000_000n;
	const pools = of.rows.filter((row) => row.scope === "pool" && !of.undecided.has(row.name));
	return {
		leaving: pools.filter(({ name, microUsd }) => !of.left.has(name) && microUsd < floor).map((row) => row.name),
		returning: pools.filter(({ name, microUsd }) => of.left.has(name) && microUsd * 100n >= floor * RETURN_PERCENT).map((row) => row.name),
	};
}

function sumOf(scope: TvlRow["scope"], name: string, pools: readonly TvlRow[]): TvlRow {
	return { scope, name, microUsd: pools.reduce((sum, pool) => sum + pool.microUsd, 0n), isPartial: pools.some((pool) => pool.isPartial) };
}

function capped(value: bigint, cap: bigint | null): bigint {
	return cap !== null && value > cap ? cap : value;
}

function numberOf(numbers: Map<string, number>, name: string): number {
	const known = numbers.get(name);
	if (known !== undefined) return known;
	numbers.set(name, numbers.size);
	return numbers.size - 1;
}

function invalid(field: string, message: string): ArbError {
	return new ArbError({ code: "invalid_input", message: `${field}: ${message}`, retryable: false });
}
