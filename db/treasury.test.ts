import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credit, debit, NATIVE_ASSET } from "../domain/ledger.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { verifyLedger } from "./ledger.ts";
import { settleTreasuryTransaction, storeTreasuryTransaction, unsettledTreasuryTransactions } from "./treasury.ts";

let fresh: FreshDatabase;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

function store(chainId: number, reference: string, chainNonce: number) {
	return storeTreasuryTransaction(fresh.db, { chainId, reference, chainNonce }, (nonce) => ({
		rawTransaction: `0xraw${chainId}-${reference}-${nonce}`,
		transactionHash: `0xhash${chainId}-${reference}-${nonce}`,
	}));
}

describe("treasury transactions", () => {
	it("take one nonce each when many are stored at once, and keep theirs when stored again", async () => {
		const references = Array.from({ length: 8 }, (_, i) => `top-up-${i}`);
		const stored = await Promise.all(references.map((reference) => store(1, reference, 5)));
		expect(stored.map((transaction) => transaction.nonce).toSorted((a, b) => a - b)).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
		expect(await Promise.all(references.map((reference) => store(1, reference, 99)))).toEqual(stored);
		expect((await store(1, "later", 50)).nonce).toBe(50);
	});

	it("are booked once, and not without having been stored", async () => {
		const entry = {
			chainId: 2,
			reference: "fund-1",
			transactionHash: "0xt",
			blockNumber: 1,
			postings: [debit("asset:distributor", NATIVE_ASSET, 3n), credit("asset:treasury", NATIVE_ASSET, 3n)],
		};
		await expect(settleTreasuryTransaction(fresh.db, "fund-1", entry)).rejects.toMatchObject({ code: "not_found" });
		await store(2, "fund-1", 0);
		await settleTreasuryTransaction(fresh.db, "fund-1", entry);
		await settleTreasuryTransaction(fresh.db, "fund-1", entry);
		expect(await verifyLedger(fresh.db, 2)).toEqual({ ok: true, entries: 1 });
	});

	it("are found by what they are for until they are booked", async () => {
		await store(3, "top-up:a:1", 0);
		await store(3, "top-up:a:2", 0);
		await store(3, "top-up:b:1", 0);
		const unsettled = async () =>
			(await unsettledTreasuryTransactions(fresh.db, { chainId: 3, referencePrefix: "top-up:a:" })).map(({ reference }) => reference);
		expect(await unsettled()).toEqual(["top-up:a:1", "top-up:a:2"]);
		await settleTreasuryTransaction(fresh.db, "top-up:a:1", {
			chainId: 3,
			reference: "top-up:a:1",
			transactionHash: "0xt",
			blockNumber: 1,
			postings: [debit("asset:wallet:a", NATIVE_ASSET, 3n), credit("asset:treasury", NATIVE_ASSET, 3n)],
		});
		expect(await unsettled()).toEqual(["top-up:a:2"]);
	});
});
