import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildRewardTree, encodeClaim, encodeFund, encodePublish, proofOf, readClaims } from "./rewards.ts";
import { startTestChain, type TestChain } from "./testing/chain.ts";

const ALICE = `0x${"a".repeat(40)}`;
const BOB = `0x${"b".repeat(40)}`;

describe("a reward tree", () => {
	it("has one root for the same leaves, in whatever order", () => {
		expect(
			buildRewardTree([
				[0, ALICE, "10"],
				[1, BOB, "20"],
			]).root,
		).toBe(
			buildRewardTree([
				[1, BOB, "20"],
				[0, ALICE, "10"],
			]).root,
		);
	});

	it("gives each account its own leaf, out of the dump as a database returns it", () => {
		fc.assert(
			fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), { minLength: 1, maxLength: 20 }), (amounts) => {
				const leaves = amounts.map((amount, i) => [i, `0x${(i + 1).toString(16).padStart(40, "0")}`, amount.toString()] as const);
				const dump: unknown = JSON.parse(JSON.stringify(buildRewardTree(leaves).dump));
				for (const [index, account, cumulative] of leaves) expect(proofOf(dump, account)).toMatchObject({ index, account, cumulative });
			}),
		);
	});

	it("has nothing for an account that has earned nothing", () => {
		expect(proofOf(buildRewardTree([[0, ALICE, "10"]]).dump, BOB)).toBeNull();
	});

	it("is refused without leaves, with an account twice, and when damaged", () => {
		expect(() => buildRewardTree([])).toThrow(/without rewards/);
		expect(() =>
			buildRewardTree([
				[0, ALICE, "1"],
				[1, ALICE.toUpperCase().replace("0X", "0x"), "2"],
			]),
		).toThrow(/account comes twice/);
		expect(() =>
			buildRewardTree([
				[0, ALICE, "1"],
				[0, BOB, "2"],
			]),
		).toThrow(/index comes twice/);
		expect(() => proofOf({ format: "standard-v1" }, ALICE)).toThrow(/damaged/);
	});
});

describe("rewards on a chain", () => {
	let chain: TestChain;

	beforeAll(async () => {
		chain = await startTestChain();
	});
	afterAll(async () => {
		await chain?.[Symbol.asyncDispose]();
	});

	async function call(to: string, data: string): Promise<number> {
		const receipt = await (await chain.treasury.sendTransaction({ to, data })).wait();
		return receipt?.blockNumber ?? 0;
	}

	async function balanceOf(account: string): Promise<bigint> {
		return BigInt(await chain.provider.call({ to: chain.base, data: `0x70a08231${account.slice(2).padStart(64, "0")}` }));
	}

	it("are published, funded, claimed by one share, and read back, epoch after epoch", async () => {
		const paid = async (fromBlock: number) =>
			readClaims(chain.provider, { distributor: chain.distributor, fromBlock, toBlock: await chain.provider.getBlockNumber() });

		const first = buildRewardTree([
			[0, ALICE, "100"],
			[1, BOB, "50"],
		]);
		await call(chain.base, encodeFund({ distributor: chain.distributor, amount: 150n }));
		await call(chain.distributor, encodePublish({ epoch: 1, root: first.root, totalCumulative: 150n }));
		const proof = proofOf(first.dump, ALICE);
		if (proof === null) throw new Error("Alice has earned");
		const claimedIn = await call(chain.distributor, encodeClaim(proof));
		expect(await balanceOf(ALICE)).toBe(100n);
		expect(await paid(1)).toMatchObject([{ account: ALICE, amount: 100n, blockNumber: claimedIn }]);

		const second = buildRewardTree([
			[0, ALICE, "130"],
			[1, BOB, "70"],
		]);
		await call(chain.base, encodeFund({ distributor: chain.distributor, amount: 50n }));
		await call(chain.distributor, encodePublish({ epoch: 2, root: second.root, totalCumulative: 200n }));
		for (const account of [ALICE, BOB]) {
			const next = proofOf(second.dump, account);
			if (next === null) throw new Error("both have earned");
			await call(chain.distributor, encodeClaim(next));
		}
		expect([await balanceOf(ALICE), await balanceOf(BOB), await balanceOf(chain.distributor)]).toEqual([130n, 70n, 0n]);
		expect((await paid(claimedIn + 1)).map(({ account, amount }) => [account, amount])).toEqual([
			[ALICE, 30n],
			[BOB, 70n],
		]);
	});

	it("are none in an empty range of blocks", async () => {
		expect(await readClaims(chain.provider, { distributor: chain.distributor, fromBlock: 5, toBlock: 4 })).toEqual([]);
	});
});
