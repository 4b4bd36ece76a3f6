import { id } from "ethers";
import { describe, expect, it } from "vitest";
import type { Call } from "../chain-client.ts";
import { type LenderSettings, loanLiquidity, loanTerms } from "../loan.ts";

const at = (byte: string): string => `0x${byte.repeat(20)}`;
const [WETH, USDC] = [at("e1"), at("c0")];
const [VAULT, COLLECTOR] = [at("ba"), at("cc")];
const [POOL, A_WETH, A_USDC] = [at("aa"), at("a1"), at("a2")];
const MORPHO = at("bb");
const BLOCK = `0x${"11".repeat(32)}`;

const word = (value: bigint): string => value.toString(16).padStart(64, "0");
const argument = (address: string): string => address.slice(2).padStart(64, "0");
const selector = (signature: string): string => id(signature).slice(0, 10);

const ACTIVE = 1n << 56n;
const FROZEN = 1n << 57n;
const PAUSED = 1n << 60n;
const LENDING = 1n << 63n;

/** `getReserveData`'s first nine words, of which two are read. */
function reserve(configuration: bigint, aToken: string): string {
	return `0x${word(configuration)}${word(7n).repeat(7)}${argument(aToken)}`;
}

/** A chain on which these calls have these answers, and no others are asked. */
function chainOf(answers: Readonly<Record<string, string>>) {
	return {
		callAt: async (blockHash: string, calls: readonly Call[]): Promise<string[]> => {
			expect(blockHash).toBe(BLOCK);
			return calls.map(({ to, data }) => {
				const answer = answers[`${to} ${data}`];
				if (answer === undefined) throw new RangeError(`nobody answers ${data} at ${to}`);
				return answer;
			});
		},
	};
}

const balance = (token: string, holder: string): string => `${token} ${selector("balanceOf(address)")}${argument(holder)}`;
const reserveOf = (token: string): string => `${POOL} ${selector("getReserveData(address)")}${argument(token)}`;

const aave: LenderSettings = { kind: "aave-v3", address: POOL, premiumRounding: "half-up" };
const lenders: readonly LenderSettings[] = [{ kind: "balancer-v2", address: VAULT }, aave, { kind: "morpho-blue", address: MORPHO }];
const answers = {
	[balance(WETH, VAULT)]: `0x${word(100n)}`,
	[balance(USDC, VAULT)]: `0x${word(9n)}`,
	[`${VAULT} ${selector("getProtocolFeesCollector()")}`]: `0x${argument(COLLECTOR)}`,
	[`${COLLECTOR} ${selector("getFlashLoanFeePercentage()")}`]: `0x${word(10n ** 14n)}`,
	[reserveOf(WETH)]: reserve(ACTIVE | LENDING | FROZEN, A_WETH),
	[reserveOf(USDC)]: reserve(ACTIVE | LENDING, A_USDC),
	[balance(WETH, A_WETH)]: `0x${word(300n)}`,
	[balance(USDC, A_USDC)]: `0x${word(5n)}`,
	[`${POOL} ${selector("FLASHLOAN_PREMIUM_TOTAL()")}`]: `0x${word(5n)}`,
	[balance(WETH, MORPHO)]: `0x${word(200n)}`,
	[balance(USDC, MORPHO)]: `0x${word(11n)}`,
};

describe("lenders as a chain answers for them", () => {
	it("say what they can lend of a token, and what they take", async () => {
		expect(await loanTerms(chainOf(answers), { lenders, token: WETH, blockHash: BLOCK })).toEqual([
			{
				...{ lender: "balancer-v2", address: VAULT, liquidity: "100" },
				fee: { share: "100000000000000", of: "1000000000000000000", rounding: "999999999999999999" },
			},
			{ lender: "aave-v3", address: POOL, liquidity: "300", fee: { share: "5", of: "10000", rounding: "5000" } },
			{ lender: "morpho-blue", address: MORPHO, liquidity: "200", fee: { share: "0", of: "1", rounding: "0" } },
		]);
	});

	it("bound the search by the one that has most of each token", async () => {
		expect(await loanLiquidity(chainOf(answers), { lenders, tokens: [WETH, USDC], blockHash: BLOCK })).toEqual(
			new Map([
				[WETH, 300n],
				[USDC, 11n],
			]),
		);
	});

	it.each([
		["is paused", ACTIVE | LENDING | PAUSED],
		["is not active", LENDING],
		["is closed to flash loans", ACTIVE],
		["is not there", 0n],
	])("lend nothing of an Aave reserve that %s", async (_, configuration) => {
		const chain = chainOf({ ...answers, [reserveOf(WETH)]: reserve(configuration, A_WETH) });
		expect(await loanLiquidity(chain, { lenders: [aave], tokens: [WETH, USDC], blockHash: BLOCK })).toEqual(
			new Map([
				[WETH, 0n],
				[USDC, 5n],
			]),
		);
	});

	it("round Aave's premium as the settings say of its release", async () => {
		const [terms] = await loanTerms(chainOf(answers), { lenders: [{ ...aave, premiumRounding: "up" }], token: WETH, blockHash: BLOCK });
		expect(terms?.fee.rounding).toBe("9999");
	});
});
