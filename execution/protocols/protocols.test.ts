import { toBeHex } from "ethers";
import { describe, expect, it } from "vitest";
import type { PlannedHop } from "../../domain/plan.ts";
import { PROTOCOL_FAMILIES } from "../../domain/pool.ts";
import { encodeExecute } from "../executor.ts";
import { HOP_ENCODERS } from "./all.ts";

const at = (byte: string): string => `0x${byte.repeat(20)}`;
const [A, B, C, POOL, VAULT, MANAGER, HOOKS] = [at("a1"), at("b2"), at("c3"), at("90"), at("ba"), at("44"), at("80")];
const ZERO = at("00");
const POOL_ID = `0x${"1d".repeat(32)}`;

function hop(of: Partial<PlannedHop>): PlannedHop {
	return { pool: POOL, family: "uniswap-v2", tokenIn: A, tokenOut: B, amountIn: "10", amountOut: "9", feePips: 0, ...of };
}

function encoded(of: Partial<PlannedHop>) {
	const planned = hop(of);
	const { kind, pool, data } = HOP_ENCODERS[planned.family](planned);
	return { kind, pool, data: toBeHex(data, 32) };
}

/** 32 bytes that end in these digits. */
const word = (digits: string): string => `0x${digits.padStart(64, "0")}`;

const v4 = {
	family: "uniswap-v4",
	pool: POOL_ID,
	tokens: [A, B],
	tickSpacing: 60,
	details: { manager: MANAGER, currency0: A, currency1: B, fee: 3000, hooks: HOOKS },
} as const satisfies Partial<PlannedHop>;
const v4Key = `${HOOKS.slice(2)}000bb800003c`;
const curve = { family: "curve-3pool", tokens: [C, B, A], details: { exchange: "int128" } } as const satisfies Partial<PlannedHop>;

describe("a hop as the executor is told of it", () => {
	it.each([
		["a pair by its fee", { feePips: 3000 }, { kind: 0, pool: POOL, data: word("bb8") }],
		["a V3 pool by itself", { family: "uniswap-v3", feePips: 500 }, { kind: 1, pool: POOL, data: word("") }],
		["an Algebra pool by itself", { family: "algebra-integral", tokens: [A, B] }, { kind: 1, pool: POOL, data: word("") }],
		[
			"a volatile Solidly pair by its own quote",
			{ family: "velodrome-v2", details: { stable: false } },
			{ kind: 2, pool: POOL, data: word("") },
		],
		["a stable one with a tolerance", { family: "camelot-v2", details: { stable: true } }, { kind: 2, pool: POOL, data: word("3e8") }],
		["a V4 pool by its key", v4, { kind: 3, pool: MANAGER, data: `0x${v4Key}${"0".repeat(12)}` }],
		[
			"a dynamic fee by its flag",
			{ ...v4, details: { ...v4.details, fee: 0x800000 } },
			{ kind: 3, pool: MANAGER, data: `0x${HOOKS.slice(2)}80000000003c${"0".repeat(12)}` },
		],
		[
			"wrapped native as the native currency that goes in",
			{ ...v4, details: { ...v4.details, currency0: ZERO } },
			{ kind: 3, pool: MANAGER, data: `0x${v4Key}01${"0".repeat(10)}` },
		],
		[
			"and that comes out",
			{ ...v4, tokenIn: B, tokenOut: A, details: { ...v4.details, currency0: ZERO } },
			{ kind: 3, pool: MANAGER, data: `0x${v4Key}02${"0".repeat(10)}` },
		],
		[
			"a Balancer V2 pool by vault and id",
			{ family: "balancer-v2-stable", details: { vault: VAULT, poolId: POOL_ID } },
			{ kind: 4, pool: VAULT, data: POOL_ID },
		],
		[
			"a Balancer V3 pool with its vault",
			{ family: "balancer-v3-weighted", details: { vault: VAULT } },
			{ kind: 5, pool: POOL, data: word(VAULT.slice(2)) },
		],
		["a Curve pool by its coins", curve, { kind: 6, pool: POOL, data: word("0102") }],
		[
			"one that counts by uint256",
			{ ...curve, family: "tricrypto-ng", details: { exchange: "uint256" } },
			{ kind: 6, pool: POOL, data: word("10102") },
		],
		[
			"a native coin that goes in",
			{ ...curve, details: { exchange: "int128", nativeCoin: 2 } },
			{ kind: 6, pool: POOL, data: word("20102") },
		],
		[
			"a native coin that comes out",
			{ ...curve, details: { exchange: "int128", nativeCoin: 1 } },
			{ kind: 6, pool: POOL, data: word("40102") },
		],
	] as const satisfies readonly (readonly [string, Partial<PlannedHop>, object])[])("names %s", (_, of, expected) => {
		expect(encoded(of)).toEqual(expected);
	});

	it.each([
		["feePips", { feePips: 1_000_000 }],
		["details.stable", { family: "velodrome-v1" }],
		["details.currency1", { ...v4, details: { ...v4.details, currency1: "0x12" } }],
		["details.manager", { ...v4, details: { currency0: A, currency1: B, fee: 3000, hooks: HOOKS } }],
		["details.fee", { ...v4, details: { ...v4.details, fee: 0x800001 } }],
		["details.hooks", { ...v4, details: { manager: MANAGER, currency0: A, currency1: B, fee: 3000 } }],
		["tickSpacing", { ...v4, tickSpacing: 0 }],
		["tokens", { ...v4, tokens: [A, C] }],
		["tokens", { ...v4, tokens: [B, A] }],
		["details.vault", { family: "balancer-v2-weighted", details: { poolId: POOL_ID } }],
		["details.poolId", { family: "balancer-v2-weighted", details: { vault: VAULT, poolId: POOL } }],
		["details.vault", { family: "balancer-v3-stable", details: {} }],
		["tokens", { family: "stableswap-ng", details: { exchange: "int128" } }],
		["details.exchange", { ...curve, details: {} }],
		["details.nativeCoin", { ...curve, details: { exchange: "int128", nativeCoin: 8 } }],
	] as const satisfies readonly (readonly [string, Partial<PlannedHop>])[])("refuses %s that is missing or unfit, by name", (field, of) => {
		expect(() => encoded(of)).toThrow(
			expect.objectContaining({ code: "invalid_input", message: expect.stringContaining(`: ${field} is `) }),
		);
	});

	it("refuses a family that the executor does not know", () => {
		const unknown = { ...hop({}), family: "woofi-v2" } as unknown as PlannedHop;
		const plan = { planId: POOL_ID, lender: VAULT, startToken: A, amountIn: 1n, minProfit: 0n, deadlineBlock: 1, hops: [unknown] };
		expect(() => encodeExecute(plan)).toThrow(/family is "woofi-v2"/);
	});

	it("has a kind for each family", () => {
		expect(Object.keys(HOP_ENCODERS).sort()).toEqual([...PROTOCOL_FAMILIES].sort());
	});
});
