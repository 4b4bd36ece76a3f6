import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseBlock } from "./block.ts";
import { type ChainClient, connectChain } from "./chain-client.ts";
import { watchHeads } from "./heads.ts";
import { type FaultyProxy, startFaultyProxy } from "./testing/faulty-proxy.ts";
import { ScriptedChain } from "./testing/scripted-chain.ts";

const LIMIT = { timeout: 10_000, interval: 5 };
const LAG = 10;

let chain: ScriptedChain;
let proxy: FaultyProxy;
let client: ChainClient;
let troubles: string[];
let heads: string[];
const ended = { signal: new AbortController() };

beforeEach(async () => {
	chain = await ScriptedChain.create({ chainId: 7, seed: 4, blocks: 30 });
	const honest = chain.node();
	const views = { honest, stale: chain.node((blocks) => blocks - LAG), wrongChain: honest, forked: honest };
	proxy = await startFaultyProxy({ views, index: 0, delayMs: 0 });
	troubles = [];
	heads = [];
	client = await connectChain(
		{
			chainId: 7,
			rpcUrl: proxy.http,
			genesisHash: chain.blocks[0]?.header.hash ?? "",
			rpc: { endpoints: [{ http: proxy.http, ws: proxy.ws }], maxLagBlocks: 3 },
		},
		{ stallMs: 100, pollMs: 20, reconnectMs: 20, onTrouble: (error) => void troubles.push(error.message) },
	);
	ended.signal = new AbortController();
});

afterEach(async () => {
	ended.signal.abort();
	client.close();
	await proxy.close();
});

async function watch(): Promise<void> {
	for await (const block of client.newHeads(ended.signal.signal)) heads.push(block.hash);
}

async function grow(): Promise<void> {
	await chain.grow(1);
	proxy.announce();
}

async function atHead(): Promise<void> {
	await vi.waitFor(() => expect(heads.at(-1)).toBe(chain.head.header.hash), LIMIT);
}

describe("the only subscription", () => {
	for (const [fault, words] of [
		["silent WebSocket", /delivered nothing while the chain went on/],
		["lagging WebSocket", /delivers block \d+ while the chain is at \d+/],
	] as const) {
		it(`is replaced, and heads still come, while it is a ${fault}`, async () => {
			proxy.fault = fault;
			void watch();
			await atHead();
			await vi.waitFor(async () => {
				await grow();
				expect(troubles.join()).toMatch(words);
			}, LIMIT);
			await atHead();
			// Never back to a head that has been passed.
			const numbers = heads.map((hash) => chain.blocks.findIndex(({ header }) => header.hash === hash));
			expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
		});
	}

	it("is not replaced while the chain stands still", async () => {
		void watch();
		await atHead();
		const asked = proxy.calls();
		// Several looks by HTTP, each with the head and the chain id.
		await vi.waitFor(() => expect(proxy.calls()).toBeGreaterThan(asked + 8), LIMIT);
		expect(troubles).toEqual([]);
		await grow();
		await atHead();
		expect(troubles).toEqual([]);
	});
});

describe("watchHeads", () => {
	it("drops what was pushed while it asked, where the answer is newer", async () => {
		const block = (number: number) => parseBlock(chain.blocks[number]?.header);
		const pushed = Promise.withResolvers<void>();
		let asked = 0;
		const source = {
			endpoints: [
				{
					name: "node",
					wsUrl: proxy.ws,
					pushed: (header: unknown) => {
						const head = parseBlock(header);
						pushed.resolve();
						return { number: head.number, head };
					},
				},
			],
			read: async (signal: AbortSignal) => {
				asked++;
				if (asked === 1) return block(1);
				if (asked === 2) return await pushed.promise.then(() => block(9));
				return await new Promise<never>((_resolve, reject) => {
					signal.addEventListener("abort", () => reject(signal.reason));
				});
			},
		};
		const options = { pollMs: 1, stallMs: 1, reconnectMs: 1_000, silenceMs: 10_000, graceMs: 1, maxLagBlocks: 3, onTrouble: () => {} };
		const seen: number[] = [];
		const watching = (async () => {
			for await (const { number } of watchHeads(source, options, ended.signal.signal)) seen.push(number);
		})();
		// The second question waits for the push of a block between the two answers.
		await vi.waitFor(() => expect(asked).toBe(2), LIMIT);
		const late = chain.node(() => 3)("eth_getBlockByNumber", ["latest", false]);
		await vi.waitFor(() => {
			proxy.push(late);
			expect(seen).toEqual([1, 9]);
		}, LIMIT);
		await vi.waitFor(() => expect(asked).toBe(3), LIMIT);
		expect(seen).toEqual([1, 9]);
		ended.signal.abort();
		await watching;
	});
});
