import { createRandom } from "../../devnet/random.ts";
import { ratio } from "../../market/prices/ratio.ts";
import { type TvlPool, TvlTable } from "../../market/prices/tvl.ts";
import { type BenchResult, figure, progress, quantile } from "../report.ts";

const POOLS = 100_000;
const TOKENS = 40_000;
const DEXES = 60;
const ROUNDS = 200;
/** Of these recomputations the first are left out: the function is compiled while they run. */
const WARM_UP = 20;

/** Recomputes the value of 100,000 pools after one token's price has changed, with all sums; and the exact integers that are stored. */
export function measureTvl(signal: AbortSignal): { readonly results: readonly BenchResult[]; readonly notes: readonly string[] } {
	progress("market: values of 100,000 pools");
	const random = createRandom(7, "bench tvl");
	const draw = (below: number): number => Math.floor(random.next() * below);
	// Squared: few tokens are in most pools, as on every chain.
	const token = (): string => `t${draw(TOKENS * random.next() ** 2) % TOKENS}`;
	const pools = Array.from({ length: POOLS }, (_, i): TvlPool => {
		const count = i % 20 === 0 ? 3 : 2;
		return {
			address: `p${i}`,
			dex: `d${draw(DEXES)}`,
			tokens: Array.from({ length: count }, token),
			amounts: Array.from({ length: count }, () => BigInt(Math.floor(random.next() * 1e15)) * 1_000_000_000n),
		};
	});
	const table = new TvlTable(pools);
	const priceOf = (): { readonly price: ReturnType<typeof ratio>; readonly capAttodollars: bigint | null } => ({
		price: ratio(BigInt(1 + draw(1e9)), 1_000_000n),
		capAttodollars: random.next() < 0.5 ? null : BigInt(1 + draw(1e9)) * 10n ** 18n,
	});
	for (let i = 0; i < TOKENS; i++) table.setPrice(`t${i}`, priceOf());
	const times: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		signal.throwIfAborted();
		const changed = `t${draw(100)}`;
		const price = priceOf();
		const start = performance.now();
		table.setPrice(changed, price);
		table.recompute();
		if (round >= WARM_UP) times.push(performance.now() - start);
	}
	const start = performance.now();
	const rows = table.rows();
	const exactMs = performance.now() - start;
	return {
		results: [
			figure({
				name: "TVL of 100,000 pools after a price change, median",
				value: quantile(times, 0.5),
				unit: "ms",
				better: "lower",
				aim: 50,
			}),
			figure({
				name: "TVL of 100,000 pools after a price change, slowest",
				value: Math.max(...times),
				unit: "ms",
				better: "lower",
				aim: 50,
			}),
			figure({ name: "exact TVL of 100,000 pools as it is stored", value: exactMs, unit: "ms", better: "lower" }),
		],
		notes: [
			`Values: ${POOLS} random pools of two or three of ${TOKENS} tokens on ${DEXES} dexes, ${ROUNDS - WARM_UP} recomputations of all sums; ${rows.length} exact rows.`,
		],
	};
}
