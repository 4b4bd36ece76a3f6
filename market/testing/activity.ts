import type { Exchange } from "./exchange.ts";

/** Small seeded generator (mulberry32), so that a printed seed repeats a run. */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

const SPACINGS = [60, 10, 1] as const;
/** TickMath.MIN_SQRT_RATIO and MAX_SQRT_RATIO, one inside. */
const LOWEST_PRICE = 4295128740n;
const HIGHEST_PRICE = 1461446703485210103287273052203988822378723970341n;

interface Position {
	readonly pool: string;
	readonly lower: number;
	readonly upper: number;
	liquidity: bigint;
}

/** Random use of an exchange's pools: swaps, mints, burns (also of nothing), donations and flash loans, several to a block. */
export class PoolActivity {
	readonly #exchange: Exchange;
	readonly #random: () => number;
	readonly #positions: Position[] = [];

	constructor(exchange: Exchange, seed: number) {
		this.#exchange = exchange;
		this.#random = seededRandom(seed);
	}

	/** Sends `least` to `most` actions and mines them in one block. A block without any may be mined again by a reorg, hash and all. */
	async block(most = 4, least = 0): Promise<void> {
		const actions = least + this.#below(most - least + 1);
		for (let i = 0; i < actions; i++) await this.#act();
		await this.#exchange.mine();
	}

	async #act(): Promise<void> {
		const index = this.#below(SPACINGS.length);
		const pool = this.#exchange.v3Pools[index] ?? "";
		const pair = this.#exchange.pairs[this.#below(2)] ?? "";
		const zeroForOne = this.#random() < 0.5;
		const { send } = this.#exchange;
		switch (this.#below(10)) {
			case 0:
				return send("swapV2", pair, zeroForOne, this.#amount(50_000));
			case 1:
				return this.#random() < 0.5
					? send("mintV2", pair, this.#amount(1000), this.#amount(1000))
					: send("burnV2", pair, this.#amount(500));
			case 2:
				return send("donateV2", pair, this.#amount(10));
			case 3:
				return send("flashV3", pool, this.#amount(10));
			case 4:
			case 5:
				return this.#mint(pool, SPACINGS[index] ?? 1);
			case 6:
				return this.#burn();
			default:
				return send("swapV3", pool, zeroForOne, this.#amount(200_000), zeroForOne ? LOWEST_PRICE : HIGHEST_PRICE);
		}
	}

	async #mint(pool: string, spacing: number): Promise<void> {
		const lower = (this.#below(80) - 50) * spacing;
		const upper = lower + (1 + this.#below(60)) * spacing;
		const liquidity = this.#amount(2_000_000);
		this.#positions.push({ pool, lower, upper, liquidity });
		await this.#exchange.send("mintV3", pool, lower, upper, liquidity);
	}

	/** All, a part, or nothing of a position: each is a Burn event. */
	async #burn(): Promise<void> {
		const position = this.#positions[this.#below(this.#positions.length)];
		if (position === undefined) return;
		const share = BigInt(this.#below(3));
		const amount = (position.liquidity * share) / 2n;
		position.liquidity -= amount;
		if (position.liquidity === 0n) this.#positions.splice(this.#positions.indexOf(position), 1);
		await this.#exchange.send("burnV3", position.pool, position.lower, position.upper, amount);
	}

	#below(limit: number): number {
		return Math.floor(this.#random() * limit);
	}

	#amount(most: number): bigint {
		return BigInt(1 + this.#below(most)) * 10n ** 18n + BigInt(this.#below(1_000_000));
	}
}
