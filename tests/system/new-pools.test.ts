import "../setup/runtime.ts";
import { Interface } from "ethers";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readPools } from "../../db/registry.ts";
import { devnetAccounts } from "../../devnet/accounts.ts";
import { chainWorkflowId } from "../../domain/workflow-ids.ts";
import { openTestSystem, type TestSystem } from "./system.ts";

const seed = Number(process.env.SEED ?? 7);
const LIMIT = { timeout: 60_000, interval: 100 };
const FACTORY = new Interface(["function createPair(address a, address b)", "function createPool(address a, address b, uint24 fee)"]);

let system: TestSystem;

beforeAll(async () => {
	console.log(`seed ${seed}`);
	system = await openTestSystem({ seed });
});
afterAll(() => system?.[Symbol.asyncDispose]());

async function create(factory: string, data: string): Promise<void> {
	const { provider, chain } = system.devnet;
	const { market } = devnetAccounts();
	const raw = await market.signTransaction({
		...{ type: 2, chainId: chain.chainId, to: factory, data, value: 0n, gasLimit: 6_000_000n },
		nonce: await provider.getTransactionCount(market.address, "pending"),
		...{ maxFeePerGas: 200n * 10n ** 9n, maxPriorityFeePerGas: 2n * 10n ** 9n },
	});
	await provider.broadcastTransaction(raw);
}

it("takes a pair and a V3 pool into the watch with the block that creates them, and stores one of a token that nobody listed", async () => {
	const { devnet, db, temporal, taskQueue } = system;
	const { chain } = devnet;
	const worker = await system.spawnWorker({ isWatching: true });
	await temporal.workflow.start("chain", {
		...{ workflowId: chainWorkflowId(chain.chainId), taskQueue, args: [{ chainId: chain.chainId, watches: 0 }] },
	});
	try {
		const known = await readPools(db, chain.chainId);
		const cursors = (): Promise<number> =>
			db.pool.query<{ count: string }>("select count(*) from discovery_cursors").then(({ rows }) => Number(rows[0]?.count));
		await vi.waitFor(async () => expect(await cursors()).toBeGreaterThan(0), LIMIT);
		const tokens = chain.tokens.map(({ address }) => address);
		const pairOf = (dex: string) => new Set(known.filter((pool) => pool.dex === dex).map((pool) => pool.tokens.toSorted().join()));
		const free = (dex: string): readonly string[] => {
			const taken = pairOf(dex);
			const found = tokens.flatMap((a, i) => tokens.slice(i + 1).map((b) => [a, b].toSorted())).find((pair) => !taken.has(pair.join()));
			if (found === undefined) throw new Error(`${dex} has every pair`);
			return found;
		};
		const v2 = chain.dexes.find(({ family }) => family === "uniswap-v2");
		const v3 = chain.dexes.find(({ family }) => family === "uniswap-v3");
		await create(v2?.factory ?? "", FACTORY.encodeFunctionData("createPair", free(v2?.name ?? "")));
		await create(v3?.factory ?? "", FACTORY.encodeFunctionData("createPool", [...free(v3?.name ?? ""), 3000]));
		// The desk is a contract that is no token of the chain file.
		await create(v2?.factory ?? "", FACTORY.encodeFunctionData("createPair", [devnet.deployment.desk, chain.wrappedNative]));
		await devnet.mine();
		const { number } = await system.chain.head();
		// Nothing more is mined: what is stored now came with that block.
		const added = await vi.waitFor(async () => {
			const pools = (await readPools(db, chain.chainId)).filter(({ address }) => !known.some((pool) => pool.address === address));
			expect(pools).toHaveLength(3);
			return pools;
		}, LIMIT);
		expect((await system.chain.head()).number).toBe(number);
		expect(
			added
				.filter(({ allowed }) => allowed)
				.map(({ family }) => family)
				.toSorted(),
		).toEqual(["uniswap-v2", "uniswap-v3"]);
		expect(added.find(({ allowed }) => !allowed)?.reason).toBe(
			`token ${devnet.deployment.desk.toLowerCase()} is not among the chain's tokens`,
		);
		const { rows } = await db.pool.query<{ found_by: string; discovered_at_block: string }>(
			"select found_by, discovered_at_block from pools where address = any($1)",
			[added.map(({ address }) => address)],
		);
		expect(rows).toEqual(Array(3).fill({ found_by: "events", discovered_at_block: String(number) }));
	} finally {
		await worker.stop();
	}
});
