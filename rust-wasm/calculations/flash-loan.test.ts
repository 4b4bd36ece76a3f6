import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { aaveV3LoanFee, balancerV2LoanFee, type LoanFee, loanFeeOn, NO_LOAN_FEE, uniswapV3LoanFee } from "../../domain/loan-fee.ts";
import type { PoolState } from "../../domain/pool.ts";
import { Engine, type EngineHop } from "../engine.ts";
import { toWords, WORDS } from "../limbs.ts";
import { address, concentrated, hop, pair, token } from "../testing/pools.ts";
import { type Lender, optimiseFlashLoan } from "./flash-loan.ts";

let engine: Engine;
beforeEach(() => {
	engine = new Engine();
});
afterEach(() => engine[Symbol.dispose]());

const seed = Number(process.env.SEED ?? 1);
const FEES: readonly LoanFee[] = [
	NO_LOAN_FEE,
	balancerV2LoanFee(10n ** 15n),
	aaveV3LoanFee({ premiumBps: 5n, rounding: "half-up" }),
	aaveV3LoanFee({ premiumBps: 5n, rounding: "up" }),
	aaveV3LoanFee({ premiumBps: 900n, rounding: "half-up" }),
	uniswapV3LoanFee(3_000n),
];

/** The best net profit of every amount that can be borrowed, one by one. */
function enumerate(cycle: readonly EngineHop[], { available, fee }: Pick<Lender, "available" | "fee">): bigint {
	const inputs = Array.from({ length: Number(available) }, (_, i) => BigInt(i + 1));
	const amounts = new BigUint64Array(inputs.length * WORDS);
	for (const [i, amount] of inputs.entries()) amounts.set(toWords(amount), i * WORDS);
	const numbers = engine.routeNumbers(cycle);
	const answers = engine.quoteRoutes({ lengths: Uint32Array.of(numbers.length), numbers, sizes: inputs.length, amounts });
	return inputs.reduce((best, amount, size) => {
		const out = answers.output({ route: 0, size });
		const profit = out === null ? 0n : out - amount - loanFeeOn(amount, fee);
		return profit > best ? profit : best;
	}, 0n);
}

const smallPairs = fc.array(fc.tuple(fc.bigInt(20n, 4_000n), fc.bigInt(20n, 4_000n), fc.constantFrom(0, 500, 3_000)), {
	minLength: 2,
	maxLength: 3,
});

it("earns what trying every amount earns, on small pairs with every lender's rounding", () => {
	let profitable = 0;
	fc.assert(
		fc.property(smallPairs, fc.constantFrom(...FEES), fc.bigInt(1n, 3_000n), (reserves, fee, available) => {
			const states = reserves.map(([reserve0, reserve1, feePips], i) => {
				const sides = { token0: token(i), token1: token((i + 1) % reserves.length), feePips };
				return pair(i + 1, { ...sides, reserve0: reserve0.toString(), reserve1: reserve1.toString() });
			});
			engine.upsertPools(states);
			const cycle = states.map((state) => hop(state, state.token0));
			const expected = enumerate(cycle, { available, fee });
			const { best } = optimiseFlashLoan(engine, { cycle, lenders: [{ name: "lender", token: token(0), available, fee }] });
			if (expected > 0n) profitable++;
			expect(best?.netProfit ?? 0n).toBe(expected);
			if (best !== null) expect(best.grossProfit - loanFeeOn(best.amount, fee)).toBe(best.netProfit);
		}),
		{ numRuns: 1_500, seed, verbose: 1 },
	);
	expect(profitable).toBeGreaterThan(200);
});

it("earns what trying every amount earns, on a small pair beside concentrated liquidity", () => {
	let profitable = 0;
	const market = fc.record({
		reserve: fc.bigInt(2_000n, 60_000n),
		tick: fc.integer({ min: -900, max: 900 }),
		liquidity: fc.bigInt(2_000n, 60_000n),
		isForth: fc.boolean(),
	});
	fc.assert(
		fc.property(market, fc.constantFrom(...FEES), fc.bigInt(1n, 3_000n), ({ reserve, tick, liquidity, isForth }, fee, available) => {
			const sqrtPriceX96 = BigInt(Math.floor(1.0001 ** ((tick + 0.5) / 2) * 2 ** 48)) << 48n;
			const a = pair(1, { reserve0: reserve.toString(), reserve1: reserve.toString(), feePips: 500 });
			const b = concentrated(2, { tick, sqrtPriceX96: sqrtPriceX96.toString(), liquidity: liquidity.toString() });
			engine.upsertPools([a, b]);
			const [first, second] = isForth ? [a, b] : [b, a];
			const cycle = [hop(first, token(0)), hop(second, token(1))];
			const expected = enumerate(cycle, { available, fee });
			const { best } = optimiseFlashLoan(engine, { cycle, lenders: [{ name: "lender", token: token(0), available, fee }] });
			if (expected > 0n) profitable++;
			expect(best?.netProfit ?? 0n).toBe(expected);
		}),
		{ numRuns: 500, seed, verbose: 1 },
	);
	expect(profitable).toBeGreaterThan(50);
});

/** A gap of 10 % between two deep pairs of an 18-decimals and a 6-decimals token. */
const cheap = pair(1, { reserve0: "10000000000000000000000", reserve1: "20000000000000" });
const dear = pair(2, { reserve0: "11000000000000000000000", reserve1: "20000000000000", dex: "sushiswap" });
const cycle = [hop(cheap, token(0)), hop(dear, token(1))];
const ETHER = 10n ** 18n;
const lend = (name: string, fee: LoanFee, more: Partial<Lender> = {}): Lender => ({
	name,
	token: token(0),
	available: 10n ** 24n,
	fee,
	...more,
});
const aave = aaveV3LoanFee({ premiumBps: 5n, rounding: "up" });

function load(states: readonly PoolState[] = [cheap, dear]): void {
	engine.upsertPools(states);
}

it("borrows less where the lender takes more: the last unit pays for itself and its fee", () => {
	load();
	const amounts = [NO_LOAN_FEE, aave, uniswapV3LoanFee(10_000n)].map((fee) => {
		const { best } = optimiseFlashLoan(engine, { cycle, lenders: [lend("lender", fee)] });
		if (best === null) throw new Error("a gap of 10 % pays for every one of these fees");
		// Marginal rates multiply to 1 + φ at the optimum.
		const marginal = cycle.reduce((rate, of, i) => rate * engine.swapRates({ ...of, amountIn: best.amounts[i] ?? 0n }).marginal, 1);
		expect(marginal).toBeCloseTo(1 + Number(fee.share) / Number(fee.of), 7);
		return best.amount;
	});
	expect(amounts).toEqual(amounts.toSorted((a, b) => (a > b ? -1 : 1)));
	expect(new Set(amounts).size).toBe(3);

	// What the optimum without the fee would have left is less.
	const gross = engine.optimise(cycle, 10n ** 24n);
	const { best } = optimiseFlashLoan(engine, { cycle, lenders: [lend("lender", aave)] });
	if (gross === null || best === null) throw new Error("both are profitable");
	expect(best.grossProfit).toBeLessThan(gross.grossProfit);
	expect(best.netProfit).toBeGreaterThan(gross.grossProfit - loanFeeOn(gross.amountIn, aave));
});

it("ranks lenders by what is left, and says why others are passed over", () => {
	load();
	const lenders = [
		lend("aave-v3", aave),
		lend("morpho-blue", NO_LOAN_FEE, { available: ETHER }),
		lend("balancer-v2", balancerV2LoanFee(0n)),
		lend("other", NO_LOAN_FEE, { token: token(1) }),
		lend("pool", NO_LOAN_FEE, { locks: [address(77), dear.address] }),
		lend("empty", NO_LOAN_FEE, { available: 0n }),
		lend("dear", uniswapV3LoanFee(500_000n)),
	];
	const choice = optimiseFlashLoan(engine, { cycle, lenders });
	expect(choice.offers.map(({ lender }) => lender)).toEqual(["balancer-v2", "aave-v3", "morpho-blue"]);
	expect(choice.best).toBe(choice.offers[0]);
	expect(choice.offers[2]?.amount).toBeLessThanOrEqual(ETHER);
	expect(choice.offers[2]?.amount).toBeGreaterThan((ETHER * 99n) / 100n);
	expect(choice.passedOver).toEqual([
		{ lender: "other", reason: "other_token" },
		{ lender: "pool", reason: "locks_a_pool" },
		{ lender: "empty", reason: "nothing_available" },
		{ lender: "dear", reason: "not_profitable" },
	]);
});

it("samples the profit curve around the optimum, which is its highest point", () => {
	load();
	const { best, curve } = optimiseFlashLoan(engine, { cycle, lenders: [lend("aave-v3", aave)], points: 101 });
	if (best === null) throw new Error("a gap of 10 % has an optimum");
	expect(curve).toHaveLength(103);
	expect(curve[0]).toEqual({ amount: 0n, netProfit: 0n });
	expect(curve.at(-1)?.amount).toBe(2n * best.amount);
	expect(curve.filter(({ amount }) => amount === best.amount)).toEqual([{ amount: best.amount, netProfit: best.netProfit }]);
	for (const { amount, netProfit } of curve.slice(1)) {
		const out = engine.quoteRoute(cycle, amount).amounts.at(-1) ?? 0n;
		expect(netProfit).toBe(out - amount - loanFeeOn(amount, aave));
		expect(netProfit).toBeLessThanOrEqual(best.netProfit);
	}
});

it("leaves a gap in the curve where a pool refuses the amount", () => {
	// The position ends a few ticks away, and with it what is known.
	const liquidity = "3000000000000000000000000";
	const narrow = concentrated(3, { liquidity, tickLower: -60, tickUpper: 60, ticks: [] });
	load([narrow, pair(4, { reserve0: "1100000000000000000000000", reserve1: "1000000000000000000000000", feePips: 0 })]);
	const of = [hop(narrow, token(0)), { ...hop(narrow, token(1)), pool: address(4), family: "uniswap-v2", dex: "uniswap-v2" }];
	const { best, curve } = optimiseFlashLoan(engine, { cycle: of, lenders: [lend("morpho-blue", NO_LOAN_FEE)], points: 20 });
	expect(best?.netProfit).toBeGreaterThan(0n);
	expect(curve.some(({ netProfit }) => netProfit === null)).toBe(true);
});

it("without a lender that pays off there is no best and no curve", () => {
	load();
	const back = [hop(dear, token(0)), hop(cheap, token(1))];
	const choice = optimiseFlashLoan(engine, { cycle: back, lenders: [lend("morpho-blue", NO_LOAN_FEE)] });
	expect(choice).toEqual({ best: null, offers: [], passedOver: [{ lender: "morpho-blue", reason: "not_profitable" }], curve: [] });
});

it("refuses what it cannot work with, by the field's name", () => {
	load();
	expect(() => optimiseFlashLoan(engine, { cycle, lenders: [], points: 0 })).toThrow(/^points: 0 /);
	expect(() => optimiseFlashLoan(engine, { cycle, lenders: [lend("a", aave, { available: -1n })] })).toThrow(/^available of a: -1 /);
	expect(() => optimiseFlashLoan(engine, { cycle: cycle.slice(0, 1), lenders: [lend("a", aave)] })).toThrow(/^broken_route: /);
	expect(() => optimiseFlashLoan(engine, { cycle, lenders: [lend("a", { share: 2n, of: 1n, rounding: 0n })] })).toThrow(/^invalid_state: /);
});
