import { expect, it } from "vitest";
import { aaveV3LoanFee, balancerV2LoanFee, type LoanFee, loanFeeOn, NO_LOAN_FEE, uniswapV3LoanFee } from "./loan-fee.ts";

const cases: readonly (readonly [name: string, fee: LoanFee, on: readonly (readonly [amount: bigint, fee: bigint])[]])[] = [
	["Morpho Blue takes nothing", NO_LOAN_FEE, [[0n, 0n], [10n ** 30n, 0n]]], // biome-ignore format: a table
	["Balancer V2 rounds up, and takes nothing at 0", balancerV2LoanFee(0n), [[0n, 0n], [10n ** 30n, 0n]]], // biome-ignore format: a table
	["Balancer V2 rounds up", balancerV2LoanFee(9n * 10n ** 14n), [[0n, 0n], [1n, 1n], [10_000n, 9n], [10_001n, 10n]]], // biome-ignore format: a table
	["Aave V3's first releases round half up", aaveV3LoanFee({ premiumBps: 5n, rounding: "half-up" }), [[999n, 0n], [1000n, 1n], [2999n, 1n], [3000n, 2n]]], // biome-ignore format: a table
	["Aave V3's later releases round up", aaveV3LoanFee({ premiumBps: 5n, rounding: "up" }), [[0n, 0n], [1n, 1n], [2000n, 1n], [2001n, 2n]]], // biome-ignore format: a table
	["Uniswap V3 rounds up", uniswapV3LoanFee(500n), [[0n, 0n], [1n, 1n], [2000n, 1n], [2001n, 2n]]], // biome-ignore format: a table
];
it.each(cases)("%s", (_name, fee, on) => {
	expect(on.map(([amount]) => [amount, loanFeeOn(amount, fee)])).toEqual(on);
});

it("a fee above the whole amount, or below 0, is refused with the field's name", () => {
	expect(() => balancerV2LoanFee(10n ** 18n + 1n)).toThrow(/^percentage: /);
	expect(() => aaveV3LoanFee({ premiumBps: -1n, rounding: "up" })).toThrow(/^premiumBps: /);
	expect(() => uniswapV3LoanFee(1_000_001n)).toThrow(/^feePips: /);
});
