import { delimiter } from "node:path";
import { and, eq, gt } from "drizzle-orm";
import { Transaction } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChainGaps } from "../../api/gaps/schema.ts";
import type { OpportunityPage } from "../../api/opportunities/schema.ts";
import { verifyBooks } from "../../cli/reconcile.ts";
import { readBestPrices } from "../../db/best-prices.ts";
import { opportunities, submissions } from "../../db/schema.ts";
import { DEVNET_CHAINS } from "../../devnet/chains.ts";
import { type Devnet, startDevnet } from "../../devnet/devnet.ts";
import { chainWorkflowId, epochWorkflowId, tvlScheduleId, walletWorkflowId } from "../../domain/workflow-ids.ts";
import { freePort } from "../../scripts/port.ts";
import { openTestSystem, STILL_DEVNET, type SystemProcess, type TestSystem } from "./system.ts";

const LIMIT_MS = 90_000;
const POLL_MS = 50;

let system: TestSystem;
let fast: Devnet;
let processes: readonly SystemProcess[] = [];
let api = "";

beforeAll(async () => {
	[system, fast] = await Promise.all([openTestSystem({ seed: 16 }), startDevnet({ ...STILL_DEVNET, seed: 17, chain: DEVNET_CHAINS[1] })]);
	const { devnet } = system;
	const port = await freePort();
	const settings = {
		CHAIN_FILE: [devnet.chainFile, fast.chainFile].join(delimiter),
		KEYS_FILE: [devnet.keysFile, fast.keysFile].join(delimiter),
		API_PORT: String(port),
	};
	const setUp = await system.spawn("workers/set-up.ts", settings);
	expect(await setUp.ended).toBe(0);
	processes = await Promise.all([
		system.spawn("workers/chain.ts --chain devnet", settings),
		system.spawn("workers/chain.ts --chain 31338", settings),
		system.spawn("workers/background.ts", settings),
		system.spawn("api/main.ts", settings),
	]);
	api = `http://127.0.0.1:${port}`;
}, 180_000);

afterAll(async () => {
	await endActors();
	await Promise.all(processes.map((each) => each.stop()));
	await fast?.close();
	await system?.[Symbol.asyncDispose]();
});

/** What set-up has started on the server that all tests share. */
async function endActors(): Promise<void> {
	for (const { chain } of [system.devnet, fast]) {
		const { chainId, operators } = chain;
		await system.temporal.schedule.getHandle(tvlScheduleId(chainId)).delete();
		const wallets = operators.map((operator) => walletWorkflowId(chainId, operator));
		for (const id of [chainWorkflowId(chainId), epochWorkflowId(chainId), ...wallets])
			await system.temporal.workflow.getHandle(id).terminate();
	}
}

async function read<T>(path: string): Promise<T> {
	return (await (await fetch(`${api}${path}`)).json()) as T;
}

async function setPaused({ chain }: Devnet, paused: boolean): Promise<void> {
	const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ paused }) };
	expect((await fetch(`${api}/api/chains/${chain.chainId}/pause`, init)).status).toBe(200);
}

/** Mines blocks until the chain's watcher has seen one of them whole: it stores its prices after it has looked for candidates. */
async function whenWatched(devnet: Devnet): Promise<void> {
	const { chainId } = devnet.chain;
	const number = await devnet.provider.getBlockNumber();
	await expect
		.poll(
			async () => {
				await devnet.mine();
				const prices = (await readBestPrices(system.db)).filter((price) => price.chainId === chainId);
				return prices.length > 0 && prices.every((price) => price.blockNumber > number);
			},
			{ timeout: LIMIT_MS, interval: 250 },
		)
		.toBe(true);
}

/** The chain's trades, newest first. */
async function trades({ chain }: Devnet): Promise<OpportunityPage["items"]> {
	return (await read<OpportunityPage>(`/api/trades?chainId=${chain.chainId}`)).items;
}

/** Opens a gap and mines, once its lifecycle has broadcast, until there is another settled trade. */
async function tradeOnce(devnet: Devnet): Promise<void> {
	const { chainId } = devnet.chain;
	const settled = (await trades(devnet)).length;
	const { blockNumber } = await devnet.openGap();
	const isBroadcast = and(eq(submissions.chainId, chainId), eq(submissions.status, "broadcast"), gt(submissions.targetBlock, blockNumber));
	await expect
		.poll(() => system.db.drizzle.select({ nonce: submissions.nonce }).from(submissions).where(isBroadcast), {
			timeout: LIMIT_MS,
			interval: POLL_MS,
		})
		.not.toEqual([]);
	await expect
		.poll(
			async () => {
				await devnet.mine();
				return (await trades(devnet)).length;
			},
			{ timeout: LIMIT_MS, interval: POLL_MS },
		)
		.toBeGreaterThan(settled);
	expect((await trades(devnet))[0]).toMatchObject({ chainId, outcome: "settled" });
}

describe("two chains in one system", { timeout: 180_000 }, () => {
	it("each trade with their own wallets, signed for their own chain and booked in their own ledger", async () => {
		for (const devnet of [system.devnet, fast]) {
			await whenWatched(devnet);
			await tradeOnce(devnet);
		}
		for (const { chain } of [system.devnet, fast]) {
			const sent = await system.db.drizzle.select().from(submissions).where(eq(submissions.chainId, chain.chainId));
			expect(new Set(sent.map(({ rawTransaction }) => Transaction.from(rawTransaction).chainId))).toEqual(new Set([BigInt(chain.chainId)]));
			await expect
				.poll(async () => await verifyBooks(system.db, chain), { timeout: LIMIT_MS, interval: 250 })
				.toMatchObject({ isGood: true, chainId: chain.chainId, chained: { ok: true } });
		}
	});

	it("show what their prices are apart, and trade on none of it", async () => {
		// Far beyond what a pool takes as its fee, and on one of the two chains alone.
		await setPaused(fast, true);
		await fast.openGap({ moveBps: 600 });
		await whenWatched(fast);
		await whenWatched(system.devnet);
		const { gaps } = await read<ChainGaps>("/api/gaps");
		const link = gaps.find((gap) => gap.asset === "LINK");
		expect(link).toMatchObject({ quoteAsset: "WETH", status: "gap" });
		expect(new Set([link?.best?.buyOn, link?.best?.sellOn])).toEqual(new Set([31_337, 31_338]));
		expect(link?.prices.map(({ chainId, isStale }) => [chainId, isStale])).toEqual([
			[31_337, false],
			[31_338, false],
		]);
		// Back to where it was: a gap that grows from test to test would need more than the rules lend.
		await fast.openGap({ moveBps: -566 });
		await setPaused(fast, false);
	});

	it("are paused one by one: the other goes on, and what the paused one misses stays untouched", async () => {
		await setPaused(fast, true);
		const before = await system.db.drizzle.select().from(opportunities).where(eq(opportunities.chainId, fast.chain.chainId));
		await fast.openGap();
		await tradeOnce(system.devnet);
		await whenWatched(fast);
		const after = await system.db.drizzle.select().from(opportunities).where(eq(opportunities.chainId, fast.chain.chainId));
		expect(after.map(({ workflowId }) => workflowId)).toEqual(before.map(({ workflowId }) => workflowId));
		await setPaused(fast, false);
		await tradeOnce(fast);
	});
});
