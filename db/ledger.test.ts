import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credit, debit, LEDGER_GENESIS_HASH, type LedgerEntryContent, NATIVE_ASSET } from "../domain/ledger.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { bookEntry, ledgerBalances, verifyLedger } from "./ledger.ts";

const MAX_UINT256 = 2n ** 256n - 1n;
let fresh: FreshDatabase;
let lastChain = 3_000;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

function funding(chainId: number, of: { readonly reference: string; readonly wei: bigint }): LedgerEntryContent {
	return {
		chainId,
		reference: `${chainId}-${of.reference}`,
		transactionHash: null,
		blockNumber: 5,
		postings: [debit("asset:treasury", NATIVE_ASSET, of.wei), credit("equity:funding", NATIVE_ASSET, of.wei)],
	};
}

/** Runs a statement as a superuser who has switched the triggers off. */
async function tamper(statement: string): Promise<void> {
	const client = await fresh.db.pool.connect();
	try {
		await client.query(`set session_replication_role = replica; ${statement}; set session_replication_role = origin`);
	} finally {
		client.release();
	}
}

describe("the ledger", () => {
	it("chains entries by hash from the genesis hash on, also when many are booked at once", async () => {
		const chainId = ++lastChain;
		const entries = await Promise.all(
			Array.from({ length: 12 }, (_, i) => bookEntry(fresh.db, funding(chainId, { reference: `${i}`, wei: BigInt(i + 1) }))),
		);
		const inOrder = entries.toSorted((a, b) => a.id - b.id);
		expect(inOrder.map((entry) => entry.previousHash)).toEqual([LEDGER_GENESIS_HASH, ...inOrder.slice(0, -1).map((entry) => entry.hash)]);
		expect(await verifyLedger(fresh.db, chainId)).toEqual({ ok: true, entries: 12 });
		expect(await ledgerBalances(fresh.db, chainId)).toEqual([
			{ account: "asset:treasury", asset: NATIVE_ASSET, balance: "78" },
			{ account: "equity:funding", asset: NATIVE_ASSET, balance: "-78" },
		]);
	});

	it("holds 2^256 - 1 to the last unit", async () => {
		const chainId = ++lastChain;
		await bookEntry(fresh.db, funding(chainId, { reference: "max", wei: MAX_UINT256 }));
		expect(await ledgerBalances(fresh.db, chainId)).toEqual([
			{ account: "asset:treasury", asset: NATIVE_ASSET, balance: MAX_UINT256.toString() },
			{ account: "equity:funding", asset: NATIVE_ASSET, balance: (-MAX_UINT256).toString() },
		]);
		expect(await verifyLedger(fresh.db, chainId)).toEqual({ ok: true, entries: 1 });
	});

	it("books a reference once, and refuses it for another content", async () => {
		const chainId = ++lastChain;
		const first = await bookEntry(fresh.db, funding(chainId, { reference: "once", wei: 5n }));
		expect(await bookEntry(fresh.db, funding(chainId, { reference: "once", wei: 5n }))).toEqual(first);
		await expect(bookEntry(fresh.db, funding(chainId, { reference: "once", wei: 6n }))).rejects.toMatchObject({
			code: "ledger",
			retryable: false,
		});
	});

	it.each([
		["that does not balance", [debit("asset:treasury", NATIVE_ASSET, 2n), credit("equity:funding", NATIVE_ASSET, 1n)]],
		["without postings", []],
	])("refuses an entry %s", async (_, postings) => {
		const content = { ...funding(++lastChain, { reference: "bad", wei: 1n }), postings };
		await expect(bookEntry(fresh.db, content)).rejects.toMatchObject({ code: "ledger" });
	});

	it.each([
		"update ledger_entries set reference = 'x'",
		"delete from ledger_entries",
		"truncate ledger_entries cascade",
		"update ledger_postings set debit = debit + 1",
		"delete from ledger_postings",
		"truncate ledger_postings",
		"insert into ledger_postings select id, 99, 'asset:treasury', 'native', 1, 0 from ledger_entries limit 1",
	])("refuses: %s", async (statement) => {
		await bookEntry(fresh.db, funding(++lastChain, { reference: "kept", wei: 1n }));
		await expect(fresh.db.pool.query(statement)).rejects.toThrow("the ledger is append-only");
	});

	it.each([
		["an amount was changed", (id: number) => `update ledger_postings set debit = debit + 1 where entry_id = ${id} and debit > 0`],
		["a posting was removed", (id: number) => `delete from ledger_postings where entry_id = ${id} and line = 1`],
		["its reference was changed", (id: number) => `update ledger_entries set reference = 'forged' || id where id = ${id}`],
		["its hash was replaced", (id: number) => `update ledger_entries set hash = repeat('0', 40) || id where id = ${id}`],
	])("finds the entry of which %s", async (_, statement) => {
		const chainId = ++lastChain;
		await bookEntry(fresh.db, funding(chainId, { reference: "first", wei: 1n }));
		const victim = await bookEntry(fresh.db, funding(chainId, { reference: "second", wei: 2n }));
		await bookEntry(fresh.db, funding(chainId, { reference: "third", wei: 3n }));
		await tamper(statement(victim.id));
		expect(await verifyLedger(fresh.db, chainId)).toMatchObject({ ok: false, entryId: victim.id, why: expect.stringContaining("hash") });
	});

	it("finds the entry after one that was taken out", async () => {
		const chainId = ++lastChain;
		await bookEntry(fresh.db, funding(chainId, { reference: "first", wei: 1n }));
		const victim = await bookEntry(fresh.db, funding(chainId, { reference: "second", wei: 2n }));
		const next = await bookEntry(fresh.db, funding(chainId, { reference: "third", wei: 3n }));
		await tamper(`delete from ledger_postings where entry_id = ${victim.id}; delete from ledger_entries where id = ${victim.id}`);
		expect(await verifyLedger(fresh.db, chainId)).toMatchObject({ ok: false, entryId: next.id });
	});
});
