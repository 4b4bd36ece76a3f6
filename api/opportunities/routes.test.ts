import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorBody } from "../errors.ts";
import { type RunningApi, startApi } from "../testing/api.ts";
import { beginLifecycle, prepareChain, rejectLifecycle, settleLifecycle } from "../testing/lifecycles.ts";
import type { OpportunityDetail, OpportunityPage } from "./schema.ts";

let api: RunningApi;
let settled = "";
let rejected = "";
let running = "";

beforeAll(async () => {
	api = await startApi();
	await prepareChain(api.fresh.db);
	settled = await settleLifecycle(api.fresh.db, { block: 101, gross: 20_000_000_000_000_000n, gas: 480_000_000_000_000n });
	rejected = await rejectLifecycle(api.fresh.db, {
		block: 102,
		reason: { step: "score", code: "expected_value_too_low", message: "expected value 1 wei is below 2 wei" },
	});
	running = (await beginLifecycle(api.fresh.db, 103)).workflowId;
	for (let block = 104; block < 114; block++) {
		await rejectLifecycle(api.fresh.db, { block, reason: { step: "detect", code: "not_profitable", message: "no profit" } });
	}
});
afterAll(() => api.close());

async function page(query: string): Promise<OpportunityPage> {
	const response = await api.ask(`/api/opportunities${query}`);
	expect(response.status).toBe(200);
	return (await response.json()) as OpportunityPage;
}

async function detail(id: string): Promise<OpportunityDetail> {
	const response = await api.ask(`/api/opportunities/${id}`);
	expect(response.status).toBe(200);
	return (await response.json()) as OpportunityDetail;
}

describe("GET /api/opportunities", () => {
	it("gives every lifecycle once, newest first, over its pages", async () => {
		const seen: string[] = [];
		let cursor: string | null = "";
		while (cursor !== null) {
			const { items, nextCursor }: OpportunityPage = await page(`?limit=4${cursor === "" ? "" : `&cursor=${cursor}`}`);
			seen.push(...items.map((item) => item.workflowId));
			cursor = nextCursor;
		}
		expect(seen.length).toBe(13);
		expect(new Set(seen).size).toBe(13);
		const blocks = seen.map((id) => Number(id.split("-")[2]));
		expect(blocks).toEqual(blocks.toSorted((a, b) => b - a));
	});

	it("filters by outcome, running ones included", async () => {
		expect((await page("?outcome=settled")).items.map((item) => item.workflowId)).toEqual([settled]);
		expect((await page("?outcome=running")).items.map((item) => item.workflowId)).toEqual([running]);
		expect((await page("?outcome=rejected&chainId=1")).items).toEqual([]);
	});

	it("gives amounts as base units and as whole tokens with their symbol", async () => {
		const [item] = (await page("?outcome=settled")).items;
		expect(item?.money?.netProfit).toEqual({ raw: "19520000000000000", formatted: "0.01952", symbol: "ETH", decimals: 18, token: null });
		expect(item?.money?.grossProfit).toMatchObject({ raw: "20000000000000000", formatted: "0.02", symbol: "WETH" });
		expect(item?.route.map((hop) => `${hop.tokenIn.symbol}>${hop.tokenOut.symbol} ${hop.dex}`)).toEqual([
			"WETH>USDC sushiswap",
			"USDC>WETH uniswap-v3",
		]);
	});

	it("names the sequence number from which a stream goes on", async () => {
		const { latestSeq } = await page("?limit=1");
		const { rows } = await api.fresh.db.pool.query<{ seq: string }>("select max(seq) as seq from events");
		expect(latestSeq).toBe(Number(rows[0]?.seq));
	});

	it.each([
		["?limit=0", "query.limit"],
		["?limit=501", "query.limit"],
		["?limit=ten", "query.limit"],
		["?chainId=-3", "query.chainId"],
		["?outcome=won", "query.outcome"],
		["?cursor=nonsense", "query.cursor"],
	])("answers %s with a 400 that names %s", async (query, field) => {
		for (const path of ["/api/opportunities", "/api/trades"]) {
			const response = await api.ask(`${path}${query}`);
			expect(response.status).toBe(400);
			const { error } = (await response.json()) as ErrorBody;
			expect(error.fields?.map((refused) => refused.field)).toEqual([field]);
			expect(error.message).toContain(field);
		}
	});
});

describe("GET /api/opportunities/{id}", () => {
	it("tells a settled lifecycle in eight steps with money, ledger, events and links", async () => {
		const lifecycle = await detail(settled);
		expect(lifecycle.steps.map((step) => step.status)).toEqual(["done", "done", "done", "done", "done", "done", "done", "settled"]);
		expect(lifecycle.events.at(-1)).toMatchObject({ step: "distribute", status: "settled", netProfitWei: "19520000000000000" });
		expect(lifecycle.ledger.length).toBe(4);
		expect(lifecycle.submission).toMatchObject({ status: "confirmed", nonce: 0, targetBlock: 102 });
		expect(lifecycle.links.temporal).toBe(`http://temporal.test:8233/namespaces/default/workflows/${settled}`);
		expect(lifecycle.links.transaction).toBe(`http://explorer.test/tx/${lifecycle.transactionHash}`);
		expect(lifecycle.nativeUsd).toBe(2_000);
		const { grossProfit, flashLoanFee, gasCost, relayPayment, netProfit } = lifecycle.money ?? {};
		const of = (amount: { readonly raw: string } | undefined) => BigInt(amount?.raw ?? "-1");
		expect(of(grossProfit) - of(flashLoanFee) - of(gasCost) - of(relayPayment)).toBe(of(netProfit));
	});

	it("formats each hop in its own tokens", async () => {
		const [first, second] = (await detail(settled)).hops;
		expect([first?.amountIn?.formatted, first?.amountOut?.formatted, second?.amountIn?.formatted]).toEqual(["1", "2000", "2000"]);
		expect([first?.priceImpact, second?.priceImpact]).toEqual([0.001, 0.002]);
	});

	it("stops a rejected lifecycle at its reason", async () => {
		const lifecycle = await detail(rejected);
		expect(lifecycle.steps.map((step) => step.status)).toEqual([
			"done",
			"done",
			"done",
			"rejected",
			"unreached",
			"unreached",
			"unreached",
			"unreached",
		]);
		expect(lifecycle.steps[3]?.reason).toEqual({
			step: "score",
			code: "expected_value_too_low",
			message: "expected value 1 wei is below 2 wei",
		});
		expect([lifecycle.submission, lifecycle.ledger]).toEqual([null, []]);
	});

	it("shows a running lifecycle waiting for its confirmation", async () => {
		const lifecycle = await detail(running);
		expect(lifecycle.outcome).toBeNull();
		expect(lifecycle.steps.map((step) => step.status)).toEqual(["done", "done", "done", "done", "done", "done", "running", "unreached"]);
	});

	it("answers an unknown lifecycle with 404 and a malformed ID with 400", async () => {
		const unknown = await api.ask("/api/opportunities/arb-31337-1-00000000-0000000000000000");
		expect(unknown.status).toBe(404);
		const malformed = await api.ask("/api/opportunities/chain-31337");
		expect(malformed.status).toBe(400);
		expect(((await malformed.json()) as ErrorBody).error.fields?.[0]?.field).toBe("param.id");
	});
});

describe("GET /api/trades", () => {
	it("lists lifecycles in which money moved, and only those", async () => {
		const { items } = (await (await api.ask("/api/trades")).json()) as OpportunityPage;
		expect(items.map((item) => item.workflowId)).toEqual([settled]);
	});
});
