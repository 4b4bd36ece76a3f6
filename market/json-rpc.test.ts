import { afterEach, describe, expect, it } from "vitest";
import { JsonRpc } from "./json-rpc.ts";
import { type FaultyNode, startFaultyNode } from "./testing/faulty-node.ts";

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

	for (const [name, answer, expected] of [
		[
			"an HTTP error",
			{ status: 503, body: "overloaded" },
			{ code: "unavailable", retryable: true, message: expect.stringContaining("503") },
		],
		["an answer that is no JSON", { status: 200, body: "<html>" }, { code: "unavailable", retryable: true }],
		["an answer to something else", { status: 200, body: '{"id":-1,"result":1}' }, { code: "unavailable", retryable: true }],
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
			{ code: "chain", retryable: true },
		],
	] as const) {
		it(`reports ${name} with its own code`, async () => {
			const { rpc } = await serve((_calls, response) => response.writeHead(answer.status).end(answer.body));
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
