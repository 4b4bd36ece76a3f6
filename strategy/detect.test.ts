import { describe, expect, it } from "vitest";
import type { DetectFacts, LoanTerms } from "../domain/lifecycle.ts";
import { aaveV3LoanFee, balancerV2LoanFee, type LoanFee, loanFeeOn, NO_LOAN_FEE } from "../domain/loan-fee.ts";
import { type PoolState, PROTOCOL_FAMILIES, type UniswapV2PoolState } from "../domain/pool.ts";
import { candidate, detected } from "../tests/fixtures/lifecycle.ts";
import { decideDetect, estimateRouteGas, flashLoanFee } from "./detect.ts";

/** UniswapV2Library.getAmountOut, with the pair's own 997/1000. */
function getAmountOut(amountIn: bigint, reserveIn: bigint, reserveOut: bigint): bigint {
	const withFee = amountIn * 997n;
	return (withFee * reserveOut) / (reserveIn * 1000n + withFee);
}

function profitOf(amountIn: bigint): bigint {
	const [a, b] = candidate.pools as readonly UniswapV2PoolState[];
	if (a === undefined || b === undefined) throw new RangeError("the fixture has two pairs");
	const middle = getAmountOut(amountIn, BigInt(a.reserve1), BigInt(a.reserve0));
	return getAmountOut(middle, BigInt(b.reserve0), BigInt(b.reserve1)) - amountIn;
}

describe("detect", () => {
	it("finds the size at which neither a little more nor a little less earns more, in the contract's own integers", () => {
		const decision = decideDetect(candidate, detected.facts);
		if (decision.kind !== "proceed") throw new Error(decision.reason.message);
		const amountIn = BigInt(decision.amountIn);
		expect(BigInt(decision.grossProfit)).toBe(profitOf(amountIn));
		for (const step of [10n ** 12n, 10n ** 14n, 10n ** 16n, 10n ** 18n]) {
			expect(profitOf(amountIn + step) <= profitOf(amountIn)).toBe(true);
			expect(profitOf(amountIn - step) <= profitOf(amountIn)).toBe(true);
		}
		expect(decision.hops[1]?.amountIn).toBe(decision.hops[0]?.amountOut);
		expect(decision.hops.every((hop) => hop.priceImpact > 0 && hop.priceImpact < 0.05)).toBe(true);
	});

	it("takes no more than can be borrowed", () => {
		const bound = 10n ** 18n;
		const decision = decideDetect(candidate, { ...detected.facts, loanLiquidity: bound.toString() });
		if (decision.kind !== "proceed") throw new Error(decision.reason.message);
		expect(BigInt(decision.amountIn) <= bound).toBe(true);
		expect(BigInt(decision.grossProfit) >= profitOf(bound)).toBe(true);
	});

	it("rejects a cycle that loses at every size", () => {
		const reversed = {
			...candidate,
			route: [...candidate.route].reverse().map((hop) => ({ ...hop, tokenIn: hop.tokenOut, tokenOut: hop.tokenIn })),
			pools: [...candidate.pools].reverse(),
		};
		expect(decideDetect(reversed, detected.facts)).toMatchObject({ kind: "reject", reason: { code: "not_profitable" } });
	});

	it("rejects a profit that the lender would take", () => {
		expect(decideDetect(candidate, { ...detected.facts, flashLoanFeePercentage: "900000000000000000" })).toMatchObject({
			kind: "reject",
			reason: { code: "not_profitable" },
		});
	});

	it("rounds the flash-loan fee up, as the vault does", () => {
		expect([1n, 10_000n, 10_001n].map((amount) => flashLoanFee(amount, 9n * 10n ** 14n)).concat(flashLoanFee(5n, 0n))).toEqual([
			1n,
			9n,
			10n,
			0n,
		]);
	});
});

describe("the choice of a lender", () => {
	const VAULT = `0x${"ba".repeat(20)}`;
	const AAVE = `0x${"aa".repeat(20)}`;
	const MORPHO = `0x${"bb".repeat(20)}`;
	const PLENTY = 10n ** 23n;

	function terms(lender: LoanTerms["lender"], address: string, of: { readonly liquidity?: bigint; readonly fee: LoanFee }): LoanTerms {
		const { share, of: whole, rounding } = of.fee;
		return {
			...{ lender, address, liquidity: (of.liquidity ?? PLENTY).toString() },
			fee: { share: share.toString(), of: whole.toString(), rounding: rounding.toString() },
		};
	}
	const premium = aaveV3LoanFee({ premiumBps: 5n, rounding: "half-up" });
	const balancer = terms("balancer-v2", VAULT, { fee: balancerV2LoanFee(0n) });
	const aave = terms("aave-v3", AAVE, { fee: premium });
	const morpho = terms("morpho-blue", MORPHO, { fee: NO_LOAN_FEE });
	const among = (...lenders: readonly LoanTerms[]): DetectFacts => ({ ...detected.facts, lenders });

	/** The fixture's first pair in the place of a Balancer V2 pool: what is asked of it is which vault it is in. */
	function throughBalancer(vault: string | undefined) {
		const weighted: PoolState = {
			...{
				family: "balancer-v2-weighted",
				address: `0x${"a0".repeat(20)}`,
				dex: "balancer-v2",
				tokens: [candidate.startToken, `0x${"c0".repeat(20)}`],
			},
			...{
				powVersion: 2,
				balances: ["1000000000000000000000", "2080000000000"],
				normalizedWeights: ["500000000000000000", "500000000000000000"],
			},
			...{ scalingFactors: ["1000000000000000000", "1000000000000000000000000000000"], swapFeePercentage: "3000000000000000" },
			...(vault === undefined ? {} : { details: { vault, poolId: `0x${"1d".repeat(32)}` } }),
		};
		const route = candidate.route.map((hop, i) => (i === 0 ? { ...hop, family: weighted.family } : hop));
		return { ...candidate, route, pools: candidate.pools.map((pool, i) => (i === 0 ? weighted : pool)) };
	}

	it("takes the free one where both can lend enough, and says which it is", () => {
		const decision = decideDetect(candidate, among(aave, morpho));
		expect(decision).toMatchObject({ kind: "proceed", flashLoanFee: "0", loan: { lender: "morpho-blue", address: MORPHO, feeBps: 0 } });
	});

	it("pays a premium where the free one has too little, and borrows less for it", () => {
		const free = decideDetect(candidate, among(morpho));
		const paid = decideDetect(candidate, among(aave, terms("morpho-blue", MORPHO, { fee: NO_LOAN_FEE, liquidity: 10n ** 15n })));
		if (free.kind !== "proceed" || paid.kind !== "proceed") throw new Error("both earn");
		expect(paid.loan).toEqual({ lender: "aave-v3", address: AAVE, feeBps: 5 });
		expect(BigInt(paid.flashLoanFee)).toBe(loanFeeOn(BigInt(paid.amountIn), premium));
		expect(BigInt(paid.amountIn)).toBeLessThan(BigInt(free.amountIn));
		expect(BigInt(paid.grossProfit)).toBe(profitOf(BigInt(paid.amountIn)));
		expect(paid.alternatives).toHaveLength(1);
		expect(BigInt(paid.gasEstimate) - BigInt(free.gasEstimate)).toBe(68_000n);
	});

	it("decides on one lender as before there were several", () => {
		const before = decideDetect(candidate, detected.facts);
		const now = decideDetect(candidate, among(balancer));
		if (before.kind !== "proceed" || now.kind !== "proceed") throw new Error("both earn");
		expect(BigInt(now.grossProfit) - BigInt(before.grossProfit)).toBeGreaterThanOrEqual(-1n);
		expect(before.loan).toBeUndefined();
		expect(now.loan?.lender).toBe("balancer-v2");
	});

	it.each([
		["its own vault", VAULT, "morpho-blue"],
		["a vault that it does not say", undefined, "morpho-blue"],
		["another vault", `0x${"0b".repeat(20)}`, "balancer-v2"],
	])("passes a Balancer V2 vault over where the route swaps in %s", (_, vault, lender) => {
		expect(decideDetect(throughBalancer(vault), among(balancer, morpho))).toMatchObject({ kind: "proceed", loan: { lender } });
	});

	it("says so where every lender is passed over", () => {
		const locked = { kind: "reject", reason: { code: "no_flash_loan", message: expect.stringContaining(VAULT) } };
		expect(decideDetect(throughBalancer(VAULT), among(balancer))).toMatchObject(locked);
		expect(decideDetect(throughBalancer(VAULT), { ...detected.facts, vault: VAULT })).toMatchObject(locked);
		const empty = terms("morpho-blue", MORPHO, { fee: NO_LOAN_FEE, liquidity: 0n });
		expect(decideDetect(candidate, among(empty))).toMatchObject({ reason: { code: "no_flash_loan" } });
		const dear = terms("aave-v3", AAVE, { fee: aaveV3LoanFee({ premiumBps: 9_000n, rounding: "up" }) });
		expect(decideDetect(candidate, among(dear))).toMatchObject({ reason: { code: "not_profitable" } });
	});

	it("expects gas of a hop in every family", () => {
		for (const family of PROTOCOL_FAMILIES) {
			const pool = { ...candidate.pools[0], family } as PoolState;
			expect(estimateRouteGas([pool]) - estimateRouteGas([]), family).toBeGreaterThanOrEqual(70_000n);
		}
	});
});
