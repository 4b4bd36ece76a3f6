import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPools, upsertTokens } from "../../db/registry.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { type FreshDatabase, freshDatabase } from "../../tests/setup/database.ts";
import { type ChainClient, connectChain } from "../chain-client.ts";
import { gatherPrices } from "../prices/prices.ts";
import { loadStates } from "../protocols/families.ts";
import { type Exchange, startExchange } from "../testing/exchange.ts";
import { Factories } from "../testing/factories.ts";
import { discoverIntoRegistry } from "./registry-sweep.ts";

let exchange: Exchange;
let factories: Factories;
let client: ChainClient;
let fresh: FreshDatabase;

beforeAll(async () => {
	exchange = await startExchange();
	factories = new Factories(exchange);
	client = await connectChain(exchange.chain, { wsUrl: null });
	fresh = await freshDatabase();
});
afterAll(async () => {
	client?.close();
	await Promise.all([exchange?.close(), fresh?.close()]);
});

describe("a fork of a known family", () => {
	it.each(["uniswap-v2", "uniswap-v3"] as const)(
		"of %s is one row: its pools are discovered, loaded, quoted and priced",
		async (family) => {
			const { chainId, wrappedNative } = exchange.chain;
			// Of a token of its own nothing but the fork's pool can tell a price.
			const [native, own] = [wrappedNative, await factories.token()];
			const factory = await factories.fork(family);
			const row = { name: `fork-of-${family}`, family, factory, startBlock: 0, ...(family === "uniswap-v2" ? { feePips: 3000 } : {}) };
			const chain = {
				...exchange.chain,
				policy: { confirmationDepth: 0 } as never,
				tokens: [...exchange.chain.tokens, { address: own, symbol: "OWN", decimals: 18 }],
				dexes: [...exchange.chain.dexes, row],
			};
			const address =
				family === "uniswap-v2"
					? await factories.pair(factory, native, own)
					: await factories.pool(factory, { a: native, b: own, fee: 3000, spacing: 60 });
			await upsertTokens(
				fresh.db,
				chain.tokens.map((token) => ({ ...token, chainId, allowed: true, reason: "" })),
			);
			await discoverIntoRegistry({ db: fresh.db, client, chain });
			const pools = await readPools(fresh.db, chainId, "allowed");
			const found = pools.find((pool) => pool.address === address);
			expect(found).toMatchObject({ dex: row.name, family, feePips: 3000, tokens: [native, own].toSorted(), allowed: true });

			const block = await client.head();
			using engine = new Engine();
			engine.upsertPools(await loadStates({ client, pools, blockHash: block.hash }));
			// 1,000 on both sides, or liquidity of 1,000 at price 1, which are the same: 997 × 1 ÷ (1,000,000 + 997) of 1,000.
			const exact = (997n * 10n ** 21n) / (1_000_000n + 997n);
			const out = engine.quote({ pool: address, tokenIn: native, amountIn: 10n ** 18n });
			expect(exact - out).toBeLessThanOrEqual(1n);
			expect(out).toBeLessThanOrEqual(exact);

			const order = { chain, block, pools, tokens: [own], maxHops: 3, isDetailed: true };
			const prices = await gatherPrices(client, order);
			const price = prices.usdPrices?.find(({ token }) => token === own);
			const native1 = (await gatherPrices(client, { ...order, tokens: [native] })).usdPrices?.find(({ token }) => token === native);
			expect(Number(price?.numeratorAttodollars) / Number(price?.denominatorUnits)).toBeCloseTo(
				Number(native1?.numeratorAttodollars) / Number(native1?.denominatorUnits),
				2,
			);
		},
	);
});
