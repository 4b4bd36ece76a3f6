import { AbiCoder } from "ethers";
import { describe, expect, it } from "vitest";
import type { Call } from "../chain-client.ts";
import { ONE, quotient } from "./ratio.ts";
import { priceAtTick } from "./tick-price.ts";
import { readTwaps } from "./twap.ts";

const abi = AbiCoder.defaultAbiCoder();
const WINDOW = 60;
const BLOCK = { number: 9, hash: "0x09", timestamp: 10_000 };
/** Sixty seconds over a liquidity of 10^18, in 128 fractional bits. */
const SECONDS_PER_LIQUIDITY = (60n << 128n) / 10n ** 18n;

interface Counters {
	/** Tick cumulatives and seconds per liquidity at the window's begin and end. */
	readonly ticks: readonly [bigint, bigint];
	readonly liquidity?: readonly [bigint, bigint];
	/** The ring: which observation is the last, how many there are, and what stands at a place. */
	readonly index?: number;
	readonly cardinality?: number;
	readonly at?: (place: number) => { readonly timestamp: number; readonly isWritten: boolean };
}

/** A client whose pool has these counters, with bytes as the contract encodes them. */
function poolWith(counters: Counters) {
	const { ticks, liquidity = [0n, SECONDS_PER_LIQUIDITY], index = 0, cardinality = 1 } = counters;
	const at = counters.at ?? (() => ({ timestamp: 1_000, isWritten: true }));
	return {
		callAt: async (_: string, [call]: readonly Call[]): Promise<string[]> => {
			const data = call?.data ?? "";
			// slot0, observations and observe by their selectors in UniswapV3Pool's ABI.
			if (data.startsWith("0x3850c7bd")) return [abi.encode(["uint160", "int24", "uint16", "uint16"], [1n << 96n, 0, index, cardinality])];
			if (data.startsWith("0x883bdbfd")) return [abi.encode(["int56[]", "uint160[]"], [ticks, liquidity])];
			const { timestamp, isWritten } = at(Number(BigInt(`0x${data.slice(10)}`)));
			return [abi.encode(["uint32", "int56", "uint160", "bool"], [timestamp, 0, 0, isWritten])];
		},
	};
}

async function meanOf(counters: Counters, token: "token0" | "token1" = "token0") {
	const pool = {
		...{ chainId: 1, address: "0xaa", family: "uniswap-v3" as const, dex: "d", feePips: 3000, tickSpacing: 60 },
		...{ tokens: ["token0", "token1"], details: {} },
	};
	const wrappedNative = token === "token0" ? "token1" : "token0";
	const [reading] = await readTwaps(poolWith(counters), [{ pool, token, wrappedNative, windowSeconds: WINDOW, minDepthWei: 1n }], BLOCK);
	return reading;
}

describe("the mean tick of a window", () => {
	it.each([
		["is exact where it divides", [0n, 120n], 2],
		["is rounded down above zero", [0n, 179n], 2],
		["is rounded down below zero, not towards it", [0n, -61n], -2],
		["does not go down where it divides below zero", [0n, -120n], -2],
		["follows a counter that has wrapped around at 56 bits", [2n ** 55n - 20n, -(2n ** 55n) + 100n], 2],
	] as const)("%s", async (_, ticks, tick) => {
		expect(await meanOf({ ticks })).toMatchObject({ observation: { price: priceAtTick(tick) } });
		expect(await meanOf({ ticks }, "token1")).toMatchObject({ observation: { price: quotient(ONE, priceAtTick(tick)) } });
	});

	it("follows a counter of liquidity that has wrapped around at 160 bits", async () => {
		const liquidity = [2n ** 160n - 1n, SECONDS_PER_LIQUIDITY - 1n] as const;
		expect(await meanOf({ ticks: [0n, 0n], liquidity })).toHaveProperty("observation");
	});
});

describe("how far a pool's observations reach back", () => {
	it.each([
		[
			"from the ring's next place once it has been filled",
			2,
			(place: number) => ({ timestamp: place === 3 ? 9_950 : 1, isWritten: true }),
			50,
		],
		["from the first place until then", 2, (place: number) => ({ timestamp: place === 0 ? 9_960 : 0, isWritten: place <= 2 }), 40],
		["from the first place after the ring's last one", 7, (place: number) => ({ timestamp: place === 0 ? 9_970 : 1, isWritten: true }), 30],
	])("is counted %s", async (_, index, at, seconds) => {
		expect(await meanOf({ ticks: [0n, 0n], index, cardinality: 8, at })).toMatchObject({
			refusal: { code: "twap_too_short", message: expect.stringContaining(`its 8 observations reach back ${seconds} s`) },
		});
	});
});
