import { afterEach, describe, expect, it } from "vitest";
import { type FaultyNode, startFaultyNode } from "../testing/faulty-node.ts";
import { JsonRpc, retryAfterMs } from "./json-rpc.ts";

const OPTIONS = { timeoutMs: 5_000, maxBatch: 3, maxInFlight: 2 };
const opened: (FaultyNode | JsonRpc)[] = [];

async function serve(answer: Parameters<typeof startFaultyNode>[0], options = OPTIONS): Promise<{ rpc: JsonRpc; node: FaultyNode }> {
	const node = await startFaultyNode(answer);
	const rpc = new JsonRpc(node.url, options);
	opened.push(rpc, node);
	return { rpc, node };
}

afterEach(async () => {
	for (const resource of opened.splice(0)) await resource.close();
});

const echo: Parameters<typeof startFaultyNode>[0] = (calls, response) => {
	const answers = calls.map(({ id, params }) => ({ jsonrpc: "2.0", id, result: params[0] }));
	response.end(JSON.stringify(answers.length === 1 ? answers[0] : answers.reverse()));
};

describe("JsonRpc", () => {
	it("sends the calls of one turn in batches of bounded length and matches answers by id", async () => {
		const { rpc, node } = await serve(echo);
		const results = await Promise.all(Array.from({ length: 8 }, (_, i) => rpc.request("echo", [i])));
		expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
		expect(node.requests.map((calls) => calls.length)).toEqual([3, 3, 2]);
	});

	it("gives up on a node that hangs, as a retryable time-out that names it", async () => {
		const { rpc, node } = await serve(() => {}, { ...OPTIONS, timeoutMs: 50 });
		await expect(rpc.request("eth_chainId", [])).rejects.toMatchObject({
			code: "timeout",
			retryable: true,
			message: expect.stringContaining(new URL(node.url).host),
		});
	});

	it("lets a caller give up alone while the others of its batch get their answers", async () => {
		const held = Promise.withResolvers<() => void>();
		const { rpc } = await serve((calls, response) => held.resolve(() => echo(calls, response)));
		const leaving = new AbortController();
		const left = rpc.request("echo", ["a"], leaving.signal);
		const stayed = rpc.request("echo", ["b"]);
		const release = await held.promise;
		leaving.abort();
		await expect(left).rejects.toMatchObject({ code: "unavailable" });
		release();
		expect(await stayed).toBe("b");
	});

	it("believes no answer of a batch in which the ids are shifted, though most of them were asked for", async () => {
		const { rpc } = await serve((calls, response) =>
			response.end(JSON.stringify(calls.map(({ id, params }) => ({ jsonrpc: "2.0", id: id + 1, result: params[0] })))),
		);
		for (const result of await Promise.allSettled(["a", "b", "c"].map((text) => rpc.request("echo", [text])))) {
			expect(result).toMatchObject({ status: "rejected", reason: { kind: "wrong_id" } });
		}
	});

	it("cancels the request when all its calls have been given up", async () => {
		const hungUp = Promise.withResolvers<void>();
		const arrived = Promise.withResolvers<void>();
		const { rpc } = await serve((_calls, response) => {
			response.on("close", hungUp.resolve);
			arrived.resolve();
		});
		const leaving = new AbortController();
		const calls = [rpc.request("echo", [1], leaving.signal), rpc.request("echo", [2], leaving.signal)];
		await arrived.promise;
		leaving.abort();
		for (const call of calls) await expect(call).rejects.toMatchObject({ kind: "cancelled" });
		await hungUp.promise;
	});

	for (const [name, answer, expected] of [
		[
			"an HTTP error",
			{ status: 503, body: "overloaded" },
			{ code: "unavailable", retryable: true, message: expect.stringContaining("503") },
		],
		["an answer that is no JSON", { status: 200, body: "<html>" }, { code: "unavailable", retryable: true }],
		[
			"an answer to something else",
			{ status: 200, body: '{"id":-1,"result":1}' },
			{ kind: "wrong_id", code: "unavailable", retryable: true },
		],
		[
			"a block that the node does not have",
			{ status: 200, body: '{"id":1,"error":{"code":-32000,"message":"header not found"}}' },
			{ code: "stale_state", retryable: true },
		],
		[
			"a revert",
			{ status: 200, body: '{"id":1,"error":{"code":3,"message":"execution reverted","data":"0x08"}}' },
			{ code: "chain", retryable: false, cause: { code: 3, message: "execution reverted", data: "0x08" } },
		],
		[
			"a refusal of the whole batch",
			{ status: 200, body: '{"id":null,"error":{"code":-32005,"message":"too many requests"}}' },
			{ code: "unavailable", kind: "rate_limited", retryable: true },
		],
		[
			"a range that is too wide",
			{ status: 200, body: '{"id":1,"error":{"code":-32005,"message":"query returned more than 10000 results"}}' },
			{ code: "chain", kind: "refused", retryable: true },
		],
		[
			"a method that the node does not have",
			{ status: 200, body: '{"id":1,"error":{"code":-32601,"message":"the method does not exist"}}' },
			{ code: "chain", kind: "unsupported", retryable: false },
		],
		["an answer without result or error", { status: 200, body: '{"id":1}' }, { kind: "malformed", retryable: true }],
		["JSON that ends early", { status: 200, body: '{"id":1,"result":{"num' }, { kind: "malformed", retryable: true }],
		[
			"a refusal for the rate with the time that the node asks for",
			{ status: 429, body: "slow down", headers: { "retry-after": "7" } },
			{ kind: "rate_limited", retryAfterMs: 7_000, retryable: true },
		],
	] as const) {
		it(`reports ${name} with its own code`, async () => {
			const { rpc } = await serve((_calls, response) =>
				response.writeHead(answer.status, "headers" in answer ? answer.headers : {}).end(answer.body),
			);
			await expect(rpc.request("eth_call", [])).rejects.toMatchObject(expected);
		});
	}

	it("reports a node that is not there as unavailable", async () => {
		const { rpc, node } = await serve(echo);
		await node.close();
		opened.splice(opened.indexOf(node), 1);
		await expect(rpc.request("eth_chainId", [])).rejects.toMatchObject({ code: "unavailable", retryable: true });
	});

	it("ends what is under way when it is closed", async () => {
		const { rpc } = await serve(() => {});
		const call = rpc.request("eth_chainId", []);
		rpc.close();
		await expect(call).rejects.toMatchObject({ code: "unavailable" });
		await expect(rpc.request("eth_chainId", [])).rejects.toMatchObject({ message: expect.stringContaining("closed") });
	});
});

describe("retryAfterMs", () => {
	const now = Date.parse("2026-01-01T00:00:00Z");
	for (const [header, expected] of [
		["120", 120_000],
		["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
		["Wed, 31 Dec 2025 23:59:00 GMT", 0],
		["soon", null],
		[null, null],
	] as const) {
		it(`reads ${header} as ${expected} ms`, () => expect(retryAfterMs(header, now)).toBe(expected));
	}
});
