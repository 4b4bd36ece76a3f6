import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Pool, UniswapV2PoolState } from "../../domain/pool.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { bestPrices } from "./best-prices.ts";

const ETHER = 10n ** 18n;
const address = (byte: string): string => `0x${byte.repeat(20)}`;
const WETH = address("ee");
const [USDC, LINK, OTHER] = ["11", "22", "33"].map(address) as [string, string, string];
const block = { number: 7, hash: `0x${"ab".repeat(32)}`, timestamp: 1_700_000_000, baseFeePerGasWei: "1" };
const chain = {
	chainId: 31_337,
	wrappedNative: WETH,
	tokens: [
		{ address: WETH, symbol: "WETH", decimals: 18, asset: "ETH" },
		{ address: USDC, symbol: "USDC", decimals: 6, asset: "USD Coin" },
		{ address: LINK, symbol: "LINK", decimals: 18, asset: "Chainlink" },
		{ address: OTHER, symbol: "USDC", decimals: 6 },
	],
};

/** A pair of a token with WETH: whole coins and base units of the token in it. */
function pair(of: { readonly byte: string; readonly token: string; readonly coins: bigint; readonly units: bigint }): UniswapV2PoolState {
	return {
		...{ family: "uniswap-v2", address: address(of.byte), dex: "v2", token0: of.token, token1: WETH, feePips: 3000 },
		...{ reserve0: of.units.toString(), reserve1: (of.coins * ETHER).toString() },
	};
}

const states = [
	pair({ byte: "a1", token: USDC, coins: 1_000n, units: 2_000_000n * 10n ** 6n }),
	pair({ byte: "a2", token: USDC, coins: 1_000n, units: 2_020_000n * 10n ** 6n }),
	// The best price of all, for next to nothing.
	pair({ byte: "a3", token: USDC, coins: 1n, units: 4_000n * 10n ** 6n }),
	pair({ byte: "a4", token: OTHER, coins: 1_000n, units: 2_000_000n * 10n ** 6n }),
	pair({ byte: "a5", token: LINK, coins: 1_000n, units: 200_000n * ETHER }),
];
const pools: readonly Pool[] = states.map(({ address: pool, family, dex, token0, token1, feePips }) => ({
	...{ chainId: 31_337, address: pool, family, dex, tokens: [token0, token1], feePips, tickSpacing: 0, details: {} },
}));

let engine: Engine;
beforeAll(() => {
	engine = new Engine();
	engine.upsertPools(states);
});
afterAll(() => engine[Symbol.dispose]());

describe("the best prices of a chain's tokens", () => {
	it("are what one coin buys at best and what that sells for at best, fees and impact paid, at a stated block", () => {
		const usdc = bestPrices({ chain, block, pools, engine }).find(({ token }) => token === USDC);
		// x · y = k after 0.3 %: 2,020,000 · 0.997 / 1,000.997 and, sold in the first pair, 1,000 · 2,011.93…·0.997 / (2,000,000 + 2,011.93… · 0.997).
		expect(usdc).toEqual({
			...{ chainId: 31_337, token: USDC, quoteToken: WETH, blockNumber: 7, blockHash: block.hash, blockTimestamp: 1_700_000_000 },
			...{ spent: ETHER.toString(), bought: "2011934101", buyPool: address("a2") },
			...{ soldFor: "1001944250215052192", sellPool: address("a1") },
		});
	});

	it("are those of tokens alone that the settings give an asset", () => {
		expect(bestPrices({ chain, block, pools, engine }).map(({ token }) => token)).toEqual([USDC, LINK]);
	});

	it("pass over a pool that the engine does not hold, and a token that no pool offers", () => {
		using holding = new Engine();
		holding.upsertPools(states.slice(0, 1));
		const prices = bestPrices({ chain, block, pools, engine: holding });
		expect(prices.map(({ token, buyPool, sellPool }) => [token, buyPool, sellPool])).toEqual([[USDC, address("a1"), address("a1")]]);
	});
});
