import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { inTransaction } from "./connection.ts";
import { accrue, closeEpoch, cumulativeRewards, epochTree, markPublished } from "./rewards.ts";
import { addressOf } from "./testing/lifecycles.ts";

let fresh: FreshDatabase;
let lastChain = 5_000;
let lastWorkflow = 0;
const [FIRST, SECOND] = [addressOf("alice"), addressOf("bob")].toSorted() as [string, string];

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

function give(chainId: number, accruals: Readonly<Record<string, string>>): Promise<void> {
	const given = Object.entries(accruals).map(([account, amount]) => ({ account, amount }));
	return inTransaction(fresh.db, (tx) => accrue(tx, { chainId, workflowId: `arb-${++lastWorkflow}`, accruals: given }));
}

describe("reward epochs", () => {
	it("close with what each account has earned since the first one, in the order of accounts", async () => {
		const chainId = ++lastChain;
		expect(await closeEpoch(fresh.db, chainId)).toBeNull();
		await give(chainId, { [SECOND]: "10" });
		await give(chainId, { [SECOND]: "5", [FIRST]: "0" });
		const first = await closeEpoch(fresh.db, chainId);
		expect(first).toEqual({ epoch: 1, leaves: [[0, SECOND, "15"]], totalCumulative: "15" });
		await markPublished(fresh.db, { chainId, epoch: 1, root: "0xr1", tree: { format: "x" }, transactionHash: "0xt1" });
		expect(await closeEpoch(fresh.db, chainId)).toBeNull();

		await give(chainId, { [FIRST]: (2n ** 255n).toString(), [SECOND]: "1" });
		expect(await closeEpoch(fresh.db, chainId)).toEqual({
			epoch: 2,
			leaves: [
				[0, FIRST, (2n ** 255n).toString()],
				[1, SECOND, "16"],
			],
			totalCumulative: (2n ** 255n + 16n).toString(),
		});
		expect(await epochTree(fresh.db, { chainId })).toMatchObject({
			epoch: 1,
			status: "published",
			root: "0xr1",
			tree: { format: "x" },
			transactionHash: "0xt1",
		});
		expect(await epochTree(fresh.db, { chainId, epoch: 2 })).toMatchObject({ status: "closed", root: null });
	});

	it("closed but not published are given again before a later one is closed", async () => {
		const chainId = ++lastChain;
		await give(chainId, { [FIRST]: "1" });
		const first = await closeEpoch(fresh.db, chainId);
		await give(chainId, { [FIRST]: "2" });
		expect(await closeEpoch(fresh.db, chainId)).toEqual(first);
		const published = { chainId, epoch: 1, root: "0xr1", tree: {}, transactionHash: "0xt1" };
		await markPublished(fresh.db, published);
		await markPublished(fresh.db, published);
		await expect(markPublished(fresh.db, { ...published, root: "0xother" })).rejects.toMatchObject({ code: "conflict" });
		expect(await closeEpoch(fresh.db, chainId)).toMatchObject({ epoch: 2, leaves: [[0, FIRST, "3"]] });
	});

	it("lose nothing that accrues while one closes, and an epoch's leaves are what accrued up to it", async () => {
		for (let round = 0; round < 10; round++) {
			const chainId = ++lastChain;
			await give(chainId, { [FIRST]: "7" });
			const [, , closed] = await Promise.all([
				give(chainId, { [FIRST]: "7" }),
				give(chainId, { [FIRST]: "7" }),
				closeEpoch(fresh.db, chainId),
			]);
			const { rows } = await fresh.db.pool.query(
				"select sum(amount)::text as sum from reward_accruals where chain_id = $1 and epoch <= $2",
				[chainId, closed?.epoch],
			);
			expect(closed?.totalCumulative).toBe(rows[0].sum);
			expect(await cumulativeRewards(fresh.db, chainId)).toEqual([{ account: FIRST, cumulative: "21" }]);
		}
	});

	it("refuse an accrual below zero", async () => {
		await expect(give(++lastChain, { [FIRST]: "-1" })).rejects.toMatchObject({ code: "ledger" });
	});
});
