import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { EndpointConfig } from "../../config/endpoints.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { ScriptedChain } from "../testing/scripted-chain.ts";
import { type Behaviour, type ScriptedNode, startScriptedNode } from "../testing/scripted-node.ts";
import { DisagreementError } from "./agreement.ts";
import { type PoolOptions, RpcPool } from "./pool.ts";
import type { Read } from "./race.ts";

const READ = "eth_call";
let chain: ScriptedChain;
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
	chain = await ScriptedChain.create({ chainId: 7, seed: 5, blocks: 20 });
});

afterEach(async () => {
	for (const each of opened.splice(0).reverse()) await each.close();
});

async function serve(behaviour?: Behaviour): Promise<ScriptedNode> {
	const node = await startScriptedNode(chain, behaviour);
	opened.push(node);
	return node;
}

async function poolOf(
	nodes: readonly ScriptedNode[],
	options: Partial<PoolOptions> & { readonly budgets?: readonly Partial<EndpointConfig>[] } = {},
): Promise<{ readonly pool: RpcPool; readonly clock: ManualClock }> {
	const clock = new ManualClock();
	const pool = new RpcPool({
		identity: { chainId: 7, genesisHash: chain.blocks[0]?.header.hash ?? "" },
		endpoints: nodes.map(({ url }, i) => ({ http: url, ...options.budgets?.[i] })),
		agreement: nodes.length > 1 ? 2 : 1,
		logs: nodes.length > 1 ? "agreement" : "receipts",
		maxLagBlocks: 3,
		transport: { timeoutMs: 5_000, maxBatch: 10, maxInFlight: 4 },
		breaker: { failures: 3, coolMs: 1_000, capMs: 8_000 },
		hedge: { share: 0.1, burst: 1, firstMs: 100, leastMs: 5 },
		retry: { rounds: 0, baseMs: 100, capMs: 1_000 },
		clock,
		...options,
	});
	opened.push(pool);
	await pool.connect();
	return { pool, clock };
}

function read(result: (answer: unknown) => unknown = (answer) => answer): Read<unknown> {
	const { hash = "" } = chain.head.header;
	return { method: READ, params: [{ to: "0x", data: "0x" }, { blockHash: hash }], at: { hash, number: chain.head.number }, check: result };
}

const hang: Behaviour = ({ method }) => (method === READ ? "hang" : undefined);
const says =
	(result: unknown): Behaviour =>
	({ method }) =>
		method === READ ? { result } : undefined;

describe("a slow read", () => {
	it("is sent to the second endpoint after the wait, whose answer counts, and is cancelled at the first", async () => {
		const [first, second] = [await serve(hang), await serve(says("0x2"))];
		const hungUp = Promise.withResolvers<void>();
		first.server.on("request", (_request, response) => response.on("close", () => hungUp.resolve()));
		const { pool, clock } = await poolOf([first, second]);
		const answer = pool.read(read());
		await vi.waitFor(() => expect(first.count(READ)).toBe(1));
		clock.advance(99);
		expect(second.count(READ)).toBe(0);
		clock.advance(1);
		expect(await answer).toBe("0x2");
		await hungUp.promise;
		expect(pool.stats()).toMatchObject({
			hedgedReads: 1,
			endpoints: [
				{ methods: { [READ]: { calls: 1, answers: 0, failures: { cancelled: 1 } } } },
				{ methods: { [READ]: { calls: 1, answers: 1, hedges: 1 } } },
			],
		});
	});

	it("waits for the observed p95 of the method once there are enough answers", async () => {
		const [first, second] = [await serve(says("0x1")), await serve(says("0x2"))];
		const { pool, clock } = await poolOf([first, second]);
		for (let i = 0; i < 20; i++) expect(await pool.read(read())).toBe("0x1");
		first.behaviour = hang;
		clock.sleeps.length = 0;
		const answer = pool.read(read());
		// The clock stood still for all twenty answers, so the shortest wait counts.
		await vi.waitFor(() => expect(clock.sleeps).toEqual([5]));
		clock.advance(5);
		expect(await answer).toBe("0x2");
	});

	it("is not hedged beyond the share, but fails over when its time is out", async () => {
		const [first, second] = [await serve(hang), await serve(says("0x2"))];
		const { pool, clock } = await poolOf([first, second], {
			transport: { timeoutMs: 1_000, maxBatch: 1, maxInFlight: 4 },
			hedge: { share: 0, burst: 0, firstMs: 1, leastMs: 1 },
		});
		const answer = pool.read(read());
		await vi.waitFor(() => expect(clock.isSleptOn).toBe(true));
		clock.advance(1);
		expect(await answer).toBe("0x2");
		expect(pool.stats()).toMatchObject({
			hedgedReads: 0,
			hedgesWithheld: 1,
			endpoints: [{ methods: { [READ]: { failures: { timeout: 1 } } } }, {}],
		});
	});
});

describe("a budget", () => {
	it("passes an endpoint over when it is spent, and refuses with words for it when all are", async () => {
		const nodes = [await serve(says("0x1")), await serve(says("0x2"))];
		const { pool, clock } = await poolOf(nodes, { budgets: [{ callsPerSecondOf: { [READ]: 2 } }, { callsPerSecondOf: { [READ]: 1 } }] });
		expect([await pool.read(read()), await pool.read(read()), await pool.read(read())]).toEqual(["0x1", "0x1", "0x2"]);
		await expect(pool.read(read())).rejects.toMatchObject({
			kind: "budget",
			code: "unavailable",
			retryable: true,
			message: /budgets of all 2/,
		});
		expect(pool.stats().endpoints.map(({ methods }) => methods[READ]?.overBudget)).toEqual([2, 1]);
		clock.advance(500);
		expect(await pool.read(read())).toBe("0x1");
	});

	it("ends with the day's calls and begins again with the next day's", async () => {
		const node = await serve(says("0x1"));
		// Three calls have been spent on who it is.
		const { pool, clock } = await poolOf([node], { budgets: [{ callsPerDay: 4 }] });
		expect(await pool.read(read())).toBe("0x1");
		await expect(pool.read(read())).rejects.toMatchObject({ kind: "budget" });
		clock.advance(86_400_000);
		expect(await pool.read(read())).toBe("0x1");
	});
});

describe("an endpoint that fails", () => {
	for (const status of [429, 503]) {
		it(`is left alone for as long as the Retry-After of its ${status} says`, async () => {
			const [first, second] = [
				await serve(({ method }) => (method === READ ? { status, headers: { "retry-after": "30" } } : undefined)),
				await serve(says("0x2")),
			];
			const { pool, clock } = await poolOf([first, second]);
			expect(await pool.read(read())).toBe("0x2");
			expect(pool.stats().endpoints[0]).toMatchObject({ pausedMs: 30_000, breaker: "closed" });
			first.behaviour = says("0x1");
			second.behaviour = () => ({ status: 500 });
			clock.advance(29_999);
			await expect(pool.read(read())).rejects.toMatchObject({ kind: "http" });
			expect(first.count(READ)).toBe(1);
			clock.advance(1);
			expect(await pool.read(read())).toBe("0x1");
		});
	}

	it("is not asked while its breaker is open, and says who it is before it is asked again", async () => {
		const [first, second] = [await serve(({ method }) => (method === READ ? { status: 500 } : undefined)), await serve(says("0x2"))];
		const { pool, clock } = await poolOf([first, second]);
		await vi.waitFor(async () => {
			await expect(pool.read(read(), { agreed: true })).rejects.toMatchObject({ retryable: true });
			expect(first.count(READ)).toBe(3);
		});
		for (let i = 0; i < 5; i++) expect(await pool.read(read())).toBe("0x2");
		await expect(pool.read(read(), { agreed: true })).rejects.toMatchObject({
			kind: "too_few",
			message: expect.stringMatching(/left alone for \d+ ms/),
		});
		expect(first.count(READ)).toBe(3);
		expect(pool.stats().endpoints[0]).toMatchObject({ breaker: "open", why: expect.stringMatching(/HTTP 500/) });
		first.behaviour = ({ method }) => (method === "eth_chainId" ? { result: "0x8" } : says("0x1")({ id: 0, method, params: [] }));
		second.behaviour = says("0x3");
		clock.advance(60_000);
		expect(await pool.read(read())).toBe("0x3");
		await vi.waitFor(() =>
			expect(pool.stats().endpoints[0]).toMatchObject({ breaker: "open", isVerified: false, why: expect.stringMatching(/chain 8/) }),
		);
		expect(first.count(READ)).toBe(3);
		first.behaviour = says("0x1");
		second.behaviour = hang;
		clock.advance(60_000);
		await pool.endpoints[0]?.verify();
		const answer = pool.read(read());
		await vi.waitFor(() => expect(clock.isSleptOn).toBe(true));
		clock.advance(60_000);
		expect(await answer).toBe("0x1");
	});

	it("has failed once, however many calls were under way", async () => {
		const [first, second] = [await serve(), await serve(says("0x2"))];
		const { pool, clock } = await poolOf([first, second]);
		first.behaviour = ({ method }) => {
			if (method !== READ) return undefined;
			// Time passes while they are under way.
			clock.advance(1);
			return { status: 500 };
		};
		expect(await Promise.all(Array.from({ length: 9 }, () => pool.read(read())))).toEqual(Array(9).fill("0x2"));
		expect(first.count(READ)).toBe(9);
		expect(pool.stats().endpoints[0]).toMatchObject({ breaker: "closed", isVerified: false });
	});

	it("must say who it is after a single failure of the connection, and is not read where it has become another chain", async () => {
		const node = await serve(({ method }) => (method === READ ? { status: 502 } : undefined));
		const { pool } = await poolOf([node]);
		await expect(pool.read(read())).rejects.toMatchObject({ kind: "http" });
		node.behaviour = (call) => (call.method === "eth_chainId" ? { result: "0x8" } : says("0xbad")(call));
		await expect(pool.read(read())).rejects.toMatchObject({ kind: "too_few", message: expect.stringMatching(/serves chain 8/) });
		expect(node.count(READ)).toBe(1);
		node.behaviour = says("0x1");
		expect(await pool.read(read())).toBe("0x1");
	});

	it("is tried again in rounds, after waits drawn between nothing and a doubling bound", async () => {
		const node = await serve(({ method }) => (method === READ ? { result: null } : undefined));
		const { pool, clock } = await poolOf([node], { retry: { rounds: 4, baseMs: 100, capMs: 300 } });
		const failed = expect(pool.read(read())).rejects.toMatchObject({ kind: expect.any(String) });
		for (let round = 0; round < 4; round++) {
			await vi.waitFor(() => expect(clock.sleeps).toHaveLength(round + 1));
			clock.advance(300);
		}
		await failed;
		// Chance is one half.
		expect(clock.sleeps).toEqual([50, 100, 150, 150]);
		expect(pool.stats()).toMatchObject({ reads: 1, retryRounds: 4, failedReads: 1 });
	});
});

describe("a read that needs agreement", () => {
	it("is answered by the majority, and who contradicts a fact under a hash is sidelined", async () => {
		const nodes = [await serve(says("0xbad")), await serve(says("0x2")), await serve(says("0x2"))];
		const { pool } = await poolOf(nodes);
		expect(await pool.read(read(), { agreed: true })).toBe("0x2");
		expect(pool.stats()).toMatchObject({
			disagreements: 1,
			endpoints: [{ breaker: "open" }, { breaker: "closed" }, { breaker: "closed" }],
		});
	});

	it("ends with what each endpoint said where no two agree", async () => {
		const nodes = [await serve(says("0x1")), await serve(says("0x2")), await serve(says("0x3"))];
		const { pool } = await poolOf(nodes);
		const error = await pool.read(read(), { agreed: true }).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(DisagreementError);
		expect(error).toMatchObject({ kind: "disagreement", retryable: true });
		expect(error instanceof DisagreementError && error.votes.map(({ key }) => key)).toEqual(['value "0x1"', 'value "0x2"', 'value "0x3"']);
	});

	it("refuses where only one endpoint is left, and says what keeps the others", async () => {
		const nodes = [await serve(says("0x1")), await serve(says("0x1"))];
		const { pool } = await poolOf(nodes);
		pool.endpoints[1]?.contradicted(READ, "it was wrong");
		await expect(pool.read(read(), { agreed: true })).rejects.toMatchObject({
			kind: "too_few",
			retryable: true,
			message: expect.stringMatching(/2 of 2 endpoints are needed, 1 can be asked.*it was wrong/),
		});
		expect(await pool.read(read())).toBe("0x1");
	});

	it("takes one endpoint's word where the settings have one endpoint", async () => {
		const { pool } = await poolOf([await serve(says("0x1"))]);
		expect(await pool.read(read(), { agreed: true })).toBe("0x1");
	});

	it("counts reverts with the same data as the same answer, whatever their words", async () => {
		const revert =
			(message: string): Behaviour =>
			({ method }) =>
				method === READ ? { error: { code: 3, message } } : undefined;
		const nodes = [await serve(), await serve()];
		const { pool } = await poolOf(nodes);
		for (const [i, node] of nodes.entries()) node.behaviour = revert(i === 0 ? "execution reverted" : "VM Exception: revert");
		await expect(pool.read(read(), { agreed: true })).rejects.toMatchObject({ kind: "final", code: "chain", retryable: false });
	});
});

describe("null", () => {
	it("is believed only when every endpoint gives it", async () => {
		const nodes = [await serve(says(null)), await serve(says(null)), await serve(says("0x3"))];
		const { pool } = await poolOf(nodes);
		expect(await pool.find(read())).toBe("0x3");
		await expect(pool.find(read(), { agreed: true })).rejects.toMatchObject({ kind: "disagreement" });
		const third = nodes[2];
		if (third !== undefined) third.behaviour = says(null);
		expect(await pool.find(read(), { agreed: true })).toBeNull();
	});
});

describe("a block that an endpoint does not have", () => {
	it("is read elsewhere, and not asked for there again until its head moves", async () => {
		const lacking: Behaviour = ({ method }) => (method === READ ? { error: { code: -32000, message: "header not found" } } : undefined);
		const nodes = [await serve(), await serve(says("0x2"))];
		const { pool } = await poolOf(nodes);
		const [first] = nodes;
		if (first !== undefined) first.behaviour = lacking;
		for (let i = 0; i < 3; i++) expect(await pool.read(read())).toBe("0x2");
		expect(first?.count(READ)).toBe(1);
		expect(pool.stats().endpoints[0]).toMatchObject({ breaker: "closed" });
	});

	it("is reported as stale at once where no endpoint has it", async () => {
		const nodes = [await serve(), await serve(), await serve()];
		const { pool } = await poolOf(nodes, { retry: { rounds: 5, baseMs: 100, capMs: 100 } });
		const at = { blockHash: `0x${"22".repeat(32)}` };
		await expect(pool.read({ ...read(), params: ["", at] })).rejects.toMatchObject({ kind: "unknown_block", code: "stale_state" });
		expect(pool.stats().retryRounds).toBe(0);
	});
});
