import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseLogs } from "../log.ts";
import type { RpcCall } from "../testing/faulty-node.ts";
import { ScriptedChain } from "../testing/scripted-chain.ts";
import { type Behaviour, type ScriptedNode, startScriptedNode } from "../testing/scripted-node.ts";
import { blockLogs } from "./block-logs.ts";
import { type Header, parseHeader } from "./header.ts";
import { type LogPolicy, RpcPool } from "./pool.ts";

let chain: ScriptedChain;
/** A block with several logs, as its header tells. */
let header: Header;
let logs: readonly object[];
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
	chain = await ScriptedChain.create({ chainId: 7, seed: 9, blocks: 20 });
	const block = chain.blocks.find(({ receipts }) => receipts.flatMap((receipt) => receipt.logs).length >= 4) ?? chain.head;
	header = parseHeader(block.header);
	logs = block.receipts.flatMap((receipt) => receipt.logs);
});

afterEach(async () => {
	for (const each of opened.splice(0).reverse()) await each.close();
});

async function poolOf(
	behaviours: readonly Behaviour[],
	policy: LogPolicy,
): Promise<{ readonly pool: RpcPool; readonly nodes: readonly ScriptedNode[] }> {
	const nodes = await Promise.all(behaviours.map((behaviour) => startScriptedNode(chain, behaviour)));
	const pool = new RpcPool({
		identity: { chainId: 7, genesisHash: chain.blocks[0]?.header.hash ?? "" },
		endpoints: nodes.map(({ url }) => ({ http: url })),
		agreement: nodes.length > 1 ? 2 : 1,
		logs: policy,
		maxLagBlocks: 3,
		transport: { timeoutMs: 5_000, maxBatch: 10, maxInFlight: 4 },
		retry: { rounds: 0, baseMs: 1, capMs: 1 },
	});
	opened.push(...nodes, pool);
	await pool.connect();
	return { pool, nodes };
}

const honest: Behaviour = () => undefined;
const answersLogs =
	(change: (logs: readonly object[]) => readonly object[]): Behaviour =>
	({ method }: RpcCall) =>
		method === "eth_getLogs" ? { result: change(logs) } : undefined;
const leavesOne = answersLogs((all) => all.slice(1));
const leavesAll = answersLogs(() => []);
const without =
	(behaviour: Behaviour): Behaviour =>
	(call) =>
		call.method === "eth_getBlockReceipts" ? { error: { code: -32601, message: "the method does not exist" } } : behaviour(call);
const leavesOneEverywhere: Behaviour = (call) => {
	if (call.method !== "eth_getBlockReceipts") return leavesOne(call);
	const block = chain.blocks[header.block.number];
	return { result: block?.receipts.map((receipt) => ({ ...receipt, logs: receipt.logs.slice(1) })) };
};

describe("a block's logs", () => {
	it("count when two endpoints agree on them", async () => {
		const { pool, nodes } = await poolOf([honest, honest], "agreement");
		expect(await blockLogs(pool, header, {})).toEqual(parseLogs(logs));
		expect(nodes.map((node) => node.count("eth_getBlockReceipts"))).toEqual([0, 0]);
	});

	it("are decided by the receipts where two endpoints contradict each other, and the one that was wrong is sidelined", async () => {
		const { pool } = await poolOf([leavesOne, honest], "agreement");
		expect(await blockLogs(pool, header, {})).toEqual(parseLogs(logs));
		expect(pool.stats()).toMatchObject({ provedLogs: 1, disagreements: 1, endpoints: [{ breaker: "open" }, { breaker: "closed" }] });
	});

	it("are right though two of three leave out the same, as soon as the third is heard", async () => {
		const { pool } = await poolOf([honest, leavesOne, leavesOne], "agreement");
		expect(await blockLogs(pool, header, {})).toEqual(parseLogs(logs));
		expect(pool.stats().endpoints.filter(({ breaker }) => breaker === "open")).toHaveLength(1);
	});

	it("are decided by the receipts where two endpoints say that there are none and the bloom says that there may be", async () => {
		const { pool } = await poolOf([leavesAll, leavesAll], "agreement");
		expect(await blockLogs(pool, header, {})).toEqual(parseLogs(logs));
		expect(pool.stats()).toMatchObject({ provedLogs: 1, disagreements: 0 });
	});

	it("go by the majority where no endpoint has receipts, and are refused where there is none", async () => {
		const three = await poolOf([without(leavesOne), without(honest), without(honest)], "agreement");
		expect(await blockLogs(three.pool, header, {})).toEqual(parseLogs(logs));
		const two = await poolOf([without(leavesOne), without(honest)], "agreement");
		await expect(blockLogs(two.pool, header, {})).rejects.toMatchObject({ kind: "disagreement", retryable: true });
	});

	it("need no second endpoint where the receipts prove them", async () => {
		const { pool } = await poolOf([leavesOne], "receipts");
		expect(await blockLogs(pool, header, {})).toEqual(parseLogs(logs));
	});

	it("are refused where one endpoint's receipts do not hash to the header's root", async () => {
		const { pool } = await poolOf([leavesOneEverywhere], "receipts");
		await expect(blockLogs(pool, header, {})).rejects.toMatchObject({ kind: "invalid", message: /its header says/ });
	});

	it("are refused, with what to do, where they are to be proved and no endpoint has receipts", async () => {
		const { pool } = await poolOf([without(honest)], "receipts");
		await expect(blockLogs(pool, header, {})).rejects.toMatchObject({ kind: "unsupported", retryable: false, message: /set rpc\.logs/ });
	});

	it("are taken on one endpoint's word only where the settings say so", async () => {
		const { pool } = await poolOf([leavesOne], "unchecked");
		expect(await blockLogs(pool, header, {})).toEqual(parseLogs(logs).slice(1));
	});

	it("are none, without a question, where the bloom of a header that hashes to its block excludes the filter", async () => {
		const { pool, nodes } = await poolOf([honest], "receipts");
		const before = nodes[0]?.requests.length;
		expect(await blockLogs(pool, header, { topics: [`0x${"99".repeat(32)}`] })).toEqual([]);
		expect(nodes[0]?.requests.length).toBe(before);
		expect(pool.stats().bloomEmptyLogs).toBe(1);
		expect(await blockLogs(pool, { ...header, isSelfHashed: false }, { topics: [`0x${"99".repeat(32)}`] })).toEqual([]);
		expect(nodes[0]?.requests.length).not.toBe(before);
	});

	for (const [name, change] of [
		["of another block", (all: readonly object[]) => all.map((log) => ({ ...log, blockHash: `0x${"77".repeat(32)}` }))],
		["that the filter does not take", (all: readonly object[]) => all.map((log) => ({ ...log, topics: [`0x${"77".repeat(32)}`] }))],
		["that is not in the bloom", (all: readonly object[]) => all.map((log) => ({ ...log, address: `0x${"77".repeat(20)}` }))],
		["twice at one place, differently", (all: readonly object[]) => [...all, { ...all[0], data: "0x77" }]],
		["marked as removed", (all: readonly object[]) => all.map((log) => ({ ...log, removed: true }))],
	] as const) {
		it(`of an endpoint with a log ${name} are its failure`, async () => {
			const { pool } = await poolOf([answersLogs(change), honest, honest], "agreement");
			const topic = parseLogs(logs)[0]?.topics[0] ?? "";
			const taken = parseLogs(logs).filter((log) => log.topics[0] === topic);
			const isFilterTest = name === "that the filter does not take";
			expect(await blockLogs(pool, header, isFilterTest ? { topics: [topic] } : {})).toEqual(isFilterTest ? taken : parseLogs(logs));
			expect(pool.stats().endpoints[0]?.methods.eth_getLogs?.failures).toMatchObject({ invalid: 1 });
		});
	}
});
