import { afterAll, beforeAll, expect, it } from "vitest";
import type { BestPrice } from "../domain/best-price.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { readBestPrices, storeBestPrices } from "./best-prices.ts";

let fresh: FreshDatabase;
beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

const priceOf = (of: Partial<BestPrice>): BestPrice => ({
	...{ chainId: 1, token: "0xaa", quoteToken: "0xee", spent: "1000000000000000000", bought: (2n ** 200n).toString(), buyPool: "0xb1" },
	...{ soldFor: "999999999999999999", sellPool: "0xb2", blockNumber: 5, blockHash: "0x05", blockTimestamp: 1_700_000_000 },
	...of,
});

it("keeps the newest best price of each token of each chain, to the last base unit", async () => {
	await storeBestPrices(fresh.db, []);
	await storeBestPrices(fresh.db, [priceOf({}), priceOf({ token: "0xbb" }), priceOf({ chainId: 2 })]);
	const later = priceOf({ blockNumber: 6, blockHash: "0x06", soldFor: "7", sellPool: "0xb3", blockTimestamp: 1_700_000_001 });
	await storeBestPrices(fresh.db, [later]);
	expect(await readBestPrices(fresh.db)).toEqual(
		[later, priceOf({ token: "0xbb" }), priceOf({ chainId: 2 })].map((price) => ({ ...price, storedAt: expect.any(Date) })),
	);
});
