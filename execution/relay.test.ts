import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleRelay, type Outgoing, publicRelay, type Relay, relaysOf } from "./relay.ts";
import { CHAIN_ID, KEYS, NOBODY, startTestChain, type TestChain } from "./testing/chain.ts";
import { Wallets } from "./wallets.ts";

const outgoing: Outgoing = { rawTransaction: "0x02", transactionHash: `0x${"1".repeat(64)}`, targetBlock: 10, deadlineBlock: 12 };

/** A JSON-RPC server that answers what it is told to, and remembers what it was asked. */
class Answering {
	readonly asked: { readonly method: string; readonly params: unknown }[] = [];
	answer: { readonly status?: number; readonly body: unknown } = { body: {} };
	readonly #server: Server;

	constructor() {
		this.#server = createServer(async (request, response) => {
			const { method, params } = JSON.parse(await text(request));
			this.asked.push({ method, params });
			response.writeHead(this.answer.status ?? 200, { "content-type": "application/json" });
			response.end(
				typeof this.answer.body === "string"
					? this.answer.body
					: JSON.stringify({ jsonrpc: "2.0", id: 1, ...(this.answer.body as object) }),
			);
		});
	}

	async open(): Promise<string> {
		this.#server.listen(0, "127.0.0.1");
		await once(this.#server, "listening");
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	close(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}
}

describe("a relay", () => {
	const server = new Answering();
	let url: string;

	beforeAll(async () => {
		url = await server.open();
	});
	afterAll(() => server.close());

	it("hands a bundle over with its first and last block", async () => {
		server.answer = { body: { result: { bundleHash: "0x1" } } };
		await bundleRelay(url).send(outgoing);
		expect(server.asked.at(-1)).toEqual({
			method: "eth_sendBundle",
			params: [{ txs: ["0x02"], blockNumber: "0xa", maxBlockNumber: "0xc" }],
		});
	});

	it.each([
		[{ status: "pending" }, { kind: "pending" }],
		[{ status: "included" }, { kind: "included" }],
		[{ status: "unknown" }, { kind: "unknown" }],
		[
			{ status: "dropped", reason: "reverts in block 11" },
			{ kind: "dropped", reason: "reverts in block 11" },
		],
		[{ status: "dropped" }, { kind: "dropped", reason: "the relay gives no reason" }],
	])("reads the bundle status %o", async (result, expected) => {
		server.answer = { body: { result } };
		expect(await bundleRelay(url).status(outgoing.transactionHash)).toEqual(expected);
		expect(server.asked.at(-1)).toEqual({ method: "relay_bundleStatus", params: [outgoing.transactionHash] });
	});

	it.each([
		["a refusal", { body: { error: { code: -32000, message: "bundle reverts" } } }, false, /-32000 "bundle reverts"/],
		["a limit", { body: { error: { code: -32005, message: "slow down" } } }, true, /slow down/],
		["a full mempool", { body: { error: { code: -32000, message: "txpool is full" } } }, true, /txpool is full/],
		["an overloaded gateway", { status: 503, body: "busy" }, true, /HTTP 503 "busy"/],
		["a wrong address", { status: 404, body: "no such page" }, false, /HTTP 404/],
		["an answer of another form", { body: { error: "no" } }, false, /another form/],
	])("decides for %s whether trying again makes sense", async (_, answer, retryable, message) => {
		server.answer = answer;
		for (const relay of [bundleRelay(url), publicRelay(url)] satisfies Relay[]) {
			await expect(relay.send(outgoing)).rejects.toMatchObject({ code: "relay", retryable, message: expect.stringMatching(message) });
		}
	});

	it.each(["already known", "ALREADY_EXISTS: already known", "AlreadyKnown", "transaction already imported"])(
		"takes the answer %j for sent",
		async (message) => {
			server.answer = { body: { error: { code: -32000, message } } };
			await publicRelay(url).send(outgoing);
		},
	);

	it("does not wait longer than its caller", async () => {
		await expect(publicRelay(url).send(outgoing, AbortSignal.abort())).rejects.toMatchObject({ code: "relay", retryable: true });
	});

	it("calls a relay that is not there retryable, and does not show the key in its address", async () => {
		const attempt = bundleRelay("http://127.0.0.1:1/secret-key").send(outgoing);
		await expect(attempt).rejects.toMatchObject({ code: "relay", retryable: true, message: expect.not.stringContaining("secret") });
	});

	it("is found by its kind", () => {
		const relays = relaysOf([
			{ kind: "public", url },
			{ kind: "bundle", url },
		]);
		expect([...relays.values()].map((relay) => relay.kind)).toEqual(["public", "bundle"]);
		expect(relays.get("bundle")?.kind).toBe("bundle");
	});
});

describe("the public relay and a real node", () => {
	let chain: TestChain;
	const wallets = Wallets.fromKeys(KEYS);
	const [wallet = ""] = wallets.addresses;

	beforeAll(async () => {
		chain = await startTestChain();
	});
	afterAll(async () => {
		await chain?.[Symbol.asyncDispose]();
	});

	async function transfer(of: { nonce: number; value: bigint }): Promise<Outgoing> {
		const fees = { gasLimit: 21_000n, maxFeePerGas: 10_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
		return { ...wallets.sign(wallet, { chainId: CHAIN_ID, to: NOBODY, data: "0x", ...of, ...fees }), targetBlock: 1, deadlineBlock: 9 };
	}

	it("sends the same bytes as often as it is asked to, and they are included once", async () => {
		const relay = publicRelay(chain.url);
		const transaction = await transfer({ nonce: 0, value: 3n });
		expect(await relay.status(transaction.transactionHash)).toEqual({ kind: "unknown" });

		await chain.provider.send("evm_setAutomine", [false]);
		await relay.send(transaction);
		await relay.send(transaction);
		expect(await relay.status(transaction.transactionHash)).toEqual({ kind: "pending" });

		await chain.provider.send("evm_setAutomine", [true]);
		await chain.provider.send("evm_mine", []);
		await relay.send(transaction);
		expect(await relay.status(transaction.transactionHash)).toEqual({ kind: "included" });
		expect(await chain.provider.getBalance(NOBODY)).toBe(3n);
	});

	it("does not take other bytes under a used nonce for sent", async () => {
		const other = await transfer({ nonce: 0, value: 4n });
		await expect(publicRelay(chain.url).send(other)).rejects.toMatchObject({ code: "relay", retryable: false });
	});
});
