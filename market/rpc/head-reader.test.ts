import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { FaultyNode } from "../testing/faulty-node.ts";
import { type Node, ScriptedChain } from "../testing/scripted-chain.ts";
import { type ScriptedNode, startScriptedNode } from "../testing/scripted-node.ts";
import { vouchedHead } from "./head-vote.ts";
import { RpcPool } from "./pool.ts";

let chain: ScriptedChain;
let fork: ScriptedChain;
let nodes: readonly ScriptedNode[];
let pool: RpcPool;
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
	chain = await ScriptedChain.create({ chainId: 7, seed: 3, blocks: 30 });
	fork = await chain.fork(25, 1);
});

beforeEach(async () => {
	nodes = await Promise.all([0, 1, 2].map(() => startScriptedNode(chain)));
	pool = new RpcPool({
		identity: { chainId: 7, genesisHash: hashOf(chain, 0) },
		endpoints: nodes.map(({ url }: FaultyNode) => ({ http: url })),
		agreement: 2,
		logs: "agreement",
		maxLagBlocks: 3,
		transport: { timeoutMs: 5_000, maxBatch: 10, maxInFlight: 4 },
		retry: { rounds: 0, baseMs: 1, capMs: 1 },
	});
	opened.push(...nodes, pool);
	await pool.connect();
});

afterEach(async () => {
	for (const each of opened.splice(0).reverse()) await each.close();
});

function hashOf(of: ScriptedChain, number: number): string {
	return of.blocks[number]?.header.hash ?? "";
}

/** Each endpoint shows the chain or the fork up to a height. */
function show(...views: readonly (readonly [ScriptedChain, number])[]): void {
	for (const [i, [of, head]] of views.entries()) {
		const view: Node = of.node(() => head + 1);
		const node = nodes[i];
		if (node !== undefined) node.behaviour = ({ method, params }) => ({ result: view(method, params) });
	}
}

describe("the head", () => {
	for (const [name, views, expected] of [
		["that all show", [29, 29, 29], 29],
		["that two show while one is ahead of them", [29, 28, 28], 28],
		["that one shows and another has as the parent of its own", [29, 28, 20], 28],
		["that is the newest common block of endpoints two and three apart", [29, 27, 10], 27],
	] as const) {
		it(`is the block ${name}`, async () => {
			show(...views.map((head) => [chain, head] as const));
			expect((await pool.head()).block).toMatchObject({ number: expected, hash: hashOf(chain, expected) });
		});
	}

	it("is the majority's where one endpoint has forked, even further ahead", async () => {
		show([fork, 29], [chain, 27], [chain, 27]);
		expect((await pool.head()).block.hash).toBe(hashOf(chain, 27));
		show([fork, 29], [chain, 25], [chain, 25]);
		expect((await pool.head()).block.hash).toBe(hashOf(chain, 25));
		expect(pool.stats().endpoints[0]).toMatchObject({ breaker: "open", why: expect.stringMatching(/others agree/) });
	});

	it("is refused where two agree on a block that a third has left far behind", async () => {
		show([chain, 29], [chain, 20], [chain, 20]);
		await expect(pool.head()).rejects.toMatchObject({
			kind: "too_few",
			message: expect.stringMatching(/agree on is 20, but .* has 29 on top of it/),
		});
	});

	it("is below the branches of two endpoints that have forked, where they are all there is", async () => {
		pool.endpoints[2]?.contradicted("eth_call", "it was wrong");
		show([fork, 29], [chain, 29], [chain, 29]);
		await expect(pool.head()).rejects.toMatchObject({
			kind: "disagreement",
			message: expect.stringMatching(/no 2 endpoints agree on a recent block/),
		});
	});

	it("may be lower than before: a new branch may be shorter", async () => {
		expect((await pool.head()).block.number).toBe(29);
		show([fork, 26], [fork, 26], [fork, 26]);
		expect((await pool.head()).block).toMatchObject({ number: 26, hash: hashOf(fork, 26) });
	});
});

describe("a pushed head", () => {
	const push = (endpoint: number, of: ScriptedChain, number: number) => {
		const found = pool.endpoints[endpoint];
		return found === undefined ? null : pool.pushed(found, of.blocks[number]?.header).head;
	};

	beforeEach(async () => {
		show([chain, 27], [chain, 27], [chain, 27]);
		await pool.head();
		// The third answer is not waited for.
		await vi.waitFor(() => expect(pool.stats().endpoints.map(({ head }) => head)).toEqual([27, 27, 27]));
	});

	it("is the head as soon as a second endpoint vouches for it", () => {
		expect(push(0, chain, 28)).toMatchObject({ number: 27 });
		expect(push(1, chain, 28)).toMatchObject({ number: 28, hash: hashOf(chain, 28) });
	});

	it("that does not go on from the last head is asked about", () => {
		expect(push(0, chain, 29)).toBe("ask");
		expect(push(0, fork, 28)).toBe("ask");
		expect(push(0, chain, 26)).toBe("ask");
	});

	it("of an endpoint that is sidelined is ignored", () => {
		pool.endpoints[0]?.contradicted("eth_call", "it was wrong");
		expect(push(0, chain, 28)).toBe("ignore");
	});
});

describe("vouchedHead", () => {
	it("needs as many as it is told", () => {
		const [a, b] = [29, 28].map((number) => ({ number, hash: hashOf(chain, number), parentHash: hashOf(chain, number - 1) }));
		if (a === undefined || b === undefined) throw new Error("unreachable");
		expect(vouchedHead([a, b], 1)).toBe(a);
		expect(vouchedHead([a, b], 2)).toBe(b);
		expect(vouchedHead([a, b], 3)).toBeNull();
		expect(vouchedHead([], 1)).toBeNull();
	});
});
