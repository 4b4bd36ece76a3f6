import { asc, sql } from "drizzle-orm";
import type { BestPrice } from "../domain/best-price.ts";
import { type Database, inTransaction } from "./connection.ts";
import { bestPrices } from "./schema.ts";

/** A best price with the time by the database's clock at which it was written. */
export interface StoredPrice extends BestPrice {
	readonly storedAt: Date;
}

/** Writes prices over those of the same tokens. Tokens without a new price keep their old one, with its block and time. */
export async function storeBestPrices(db: Database, prices: readonly BestPrice[]): Promise<void> {
	if (prices.length === 0) return;
	await inTransaction(db, async (tx) => {
		await tx
			.insert(bestPrices)
			.values(prices.map(({ blockTimestamp, ...price }) => ({ ...price, blockAt: new Date(blockTimestamp * 1_000) })))
			.onConflictDoUpdate({
				target: [bestPrices.chainId, bestPrices.token],
				set: {
					quoteToken: sql`excluded.quote_token`,
					spent: sql`excluded.spent`,
					bought: sql`excluded.bought`,
					buyPool: sql`excluded.buy_pool`,
					soldFor: sql`excluded.sold_for`,
					sellPool: sql`excluded.sell_pool`,
					blockNumber: sql`excluded.block_number`,
					blockHash: sql`excluded.block_hash`,
					blockAt: sql`excluded.block_at`,
					storedAt: sql`now()`,
				},
			});
	});
}

/** The newest price of every token of every chain. */
export async function readBestPrices(db: Database): Promise<readonly StoredPrice[]> {
	const rows = await db.drizzle.select().from(bestPrices).orderBy(asc(bestPrices.chainId), asc(bestPrices.token));
	return rows.map(({ blockAt, ...row }) => ({ ...row, blockTimestamp: Math.floor(blockAt.getTime() / 1_000) }));
}
