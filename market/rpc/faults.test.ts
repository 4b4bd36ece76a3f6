import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ArbError } from "../../domain/errors.ts";
import { parseBlock } from "../block.ts";
import { type ChainClient, type ChainClientOptions, connectChain } from "../chain-client.ts";
import { followChain } from "../follow.ts";
import { parseLogs } from "../log.ts";
import { PoolBook } from "../pool-book.ts";
import { seededRandom } from "../testing/activity.ts";
import { FAULTS, type Fault, type FaultyProxy, startFaultyProxy } from "../testing/faulty-proxy.ts";
import { nonceAt, ScriptedChain, stateAt, tipOf } from "../testing/scripted-chain.ts";

/** Reads over all faults and ranks; READS=100000 for a longer run. */
const READS = Number(process.env.READS ?? 20_000);
const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const random = seededRandom(seed);
const RANKS = [0, 1, 2] as const;
const STALE_BLOCKS = 10;
/** Reads that are under way at once. */
const AT_ONCE = 40;
const PATIENT: ChainClientOptions = {
	timeoutMs: 400,
	pollMs: 20,
	stallMs: 200,
	reconnectMs: 50,
	pool: {
		breaker: { failures: 3, coolMs: 100, capMs: 1_000 },
		hedge: { share: 0.1, burst: 50, firstMs: 30, leastMs: 5 },
		retry: { rounds: 3, baseMs: 10, capMs: 100 },
	},
};
/** Where most endpoints are in a fault, reads are to refuse soon. */
const HASTY: ChainClientOptions = { ...PATIENT, pool: { ...PATIENT.pool, retry: { rounds: 0, baseMs: 1, capMs: 1 } } };

let chain: ScriptedChain;
let forks: readonly ScriptedChain[];
let proxies: readonly FaultyProxy[];

beforeAll(async () => {
	console.log(`seed ${seed}`);
	chain = await ScriptedChain.create({ chainId: 7, seed: 1, blocks: 60 });
	const other = await ScriptedChain.create({ chainId: 8, seed: 2, blocks: 75 });
	// Endpoints that forked did so each for itself.
	forks = await Promise.all(RANKS.map((rank) => chain.fork(58, rank + 1)));
	proxies = await Promise.all(
		RANKS.map((rank) =>
			startFaultyProxy({
				index: rank,
				// The first is the fastest, so that it is asked first until it shows its fault.
				delayMs: rank,
				views: {
					honest: chain.node(),
					stale: chain.node((blocks) => blocks - STALE_BLOCKS),
					wrongChain: other.node(),
					forked: forks[rank]?.node() ?? chain.node(),
				},
			}),
		),
	);
});

afterAll(async () => {
	await Promise.all(proxies?.map((proxy) => proxy.close()) ?? []);
});

async function grow(): Promise<void> {
	await Promise.all([chain, ...forks].map((each) => each.grow(1)));
	for (const proxy of proxies) proxy.announce();
}

function connect(
	options: ChainClientOptions,
	rpc: Partial<NonNullable<Parameters<typeof connectChain>[0]["rpc"]>> = {},
): Promise<ChainClient> {
	const endpoints = proxies.map(({ http, ws }) => ({ http, ws }));
	const genesisHash = chain.blocks[0]?.header.hash ?? "";
	return connectChain({ chainId: 7, genesisHash, rpcUrl: endpoints[0]?.http ?? "", rpc: { endpoints, maxLagBlocks: 3, ...rpc } }, options);
}

function put(faults: ReadonlyMap<number, Fault>): void {
	for (const [rank, proxy] of proxies.entries()) proxy.fault = faults.get(rank) ?? null;
}

/** A question with its true answer at this moment. */
interface Question {
	readonly name: string;
	readonly ask: (client: ChainClient) => Promise<unknown>;
	readonly truth: unknown;
}

function pick<T>(from: readonly T[]): T {
	const found = from[Math.floor(random() * from.length)];
	if (found === undefined) throw new Error("nothing to pick from");
	return found;
}

function question(): Question {
	const block = random() < 0.5 ? chain.head : pick(chain.blocks);
	const hash = block.header.hash ?? "";
	const [address, topic, account] = [pick(chain.addresses), pick(chain.topics), `0x${"ab".repeat(20)}`];
	const missing = `0x${"22".repeat(32)}`;
	const logsIn = (from: number, to: number) =>
		parseLogs(chain.blocks.slice(from, to + 1).flatMap(({ receipts }) => receipts.flatMap(({ logs }) => logs)));
	const receipt = pick(chain.blocks.slice(-40).flatMap(({ receipts }) => receipts));
	const head = chain.head.header.hash ?? "";
	const data = `0x70a08231${account.slice(2).padStart(64, "0")}`;
	return pick<() => Question>([
		() => ({ name: "head", ask: (client) => client.head(), truth: parseBlock(chain.head.header) }),
		() => ({ name: "block by number", ask: (client) => client.block(block.number), truth: parseBlock(block.header) }),
		() => ({ name: "block by hash", ask: (client) => client.block(hash), truth: parseBlock(block.header) }),
		() => ({ name: "no block above the head", ask: (client) => client.block(chain.blocks.length + 100), truth: null }),
		() => ({ name: "no block of that hash", ask: (client) => client.block(missing), truth: null }),
		() => ({
			name: "calls",
			ask: (client) => client.callAt(hash, [{ to: address, data: topic }]),
			truth: [stateAt(hash, { to: address, data: topic })],
		}),
		() => ({
			name: "all logs of a block",
			ask: (client) => client.logsOf(hash, {}),
			truth: logsIn(block.number, block.number),
		}),
		() => ({
			name: "some logs of a block",
			ask: (client) => client.logsOf(hash, { addresses: [address], topics: [[topic]] }),
			truth: logsIn(block.number, block.number).filter((log) => log.address === address && log.topics[0] === topic),
		}),
		() => ({
			name: "logs up to the head",
			ask: (client) => client.logsBetween({ fromBlock: chain.head.number - 12, toBlock: chain.head.number, topics: [topic] }),
			truth: logsIn(chain.head.number - 12, chain.head.number).filter((log) => log.topics[0] === topic),
		}),
		() => ({ name: "nonce", ask: (client) => client.nonceOf(account), truth: nonceAt(head, account) }),
		() => ({ name: "balance", ask: (client) => client.balanceOf(account), truth: BigInt(stateAt(head, account)) }),
		() => ({
			name: "token balance",
			ask: (client) => client.tokenBalanceOf({ token: address, account, at: { ...parseBlock(block.header) } }),
			truth: BigInt(stateAt(hash, { to: address, data })),
		}),
		() => ({ name: "transaction", ask: (client) => client.knowsTransaction(receipt.transactionHash), truth: true }),
		() => ({ name: "no such transaction", ask: (client) => client.knowsTransaction(missing), truth: false }),
		() => ({
			name: "receipt",
			ask: async (client) => hashesAndLogs(await client.agreed.send("eth_getTransactionReceipt", [receipt.transactionHash])),
			truth: hashesAndLogs(receipt),
		}),
		() => ({ name: "no such receipt", ask: (client) => client.agreed.send("eth_getTransactionReceipt", [missing]), truth: null }),
		() => {
			const tips = chain.blocks.slice(-10).map(({ number }) => tipOf(number));
			const paid = tips.filter((tip) => tip > 0).sort((a, b) => a - b);
			return { name: "tip", ask: (client) => client.suggestPriorityFee(), truth: BigInt(paid[Math.floor(paid.length / 2)] ?? 0) };
		},
	])();
}

/** A receipt as its readers take it: whatever order and number its logs came in. */
function hashesAndLogs(receipt: unknown): unknown {
	if (typeof receipt !== "object" || receipt === null) return receipt;
	return [Reflect.get(receipt, "blockHash"), Reflect.get(receipt, "status"), parseLogs(Reflect.get(receipt, "logs"))];
}

interface Outcome {
	readonly wrong: string[];
	readonly failed: string[];
	right: number;
}

async function ask(client: ChainClient, count: number): Promise<Outcome> {
	const outcome: Outcome = { wrong: [], failed: [], right: 0 };
	for (let asked = 0; asked < count; asked += AT_ONCE) {
		const questions = Array.from({ length: Math.min(AT_ONCE, count - asked) }, question);
		const answers = await Promise.allSettled(questions.map(({ ask }) => ask(client)));
		for (const [i, { name, truth }] of questions.entries()) {
			const answer = answers[i];
			if (answer?.status === "rejected") {
				if (!(answer.reason instanceof ArbError)) throw answer.reason;
				outcome.failed.push(`${name}: ${answer.reason.message}`);
			} else if (JSON.stringify(answer?.value, plain) === JSON.stringify(truth, plain)) outcome.right++;
			else
				outcome.wrong.push(
					`${name}: ${JSON.stringify(answer?.value, plain)?.slice(0, 200)} is not ${JSON.stringify(truth, plain)?.slice(0, 200)}`,
				);
		}
		await grow();
	}
	return outcome;
}

function plain(_key: string, value: unknown): unknown {
	return typeof value === "bigint" ? value.toString() : value;
}

describe("with one endpoint of three in a fault for good", () => {
	const perRun = Math.ceil(READS / (FAULTS.length * RANKS.length * 2));
	for (const fault of FAULTS) {
		it(`gives no wrong and no failed answer: ${fault}, at each rank, from the start and later on`, {
			timeout: 60_000 * Math.ceil(READS / 20_000),
		}, async () => {
			for (const rank of RANKS) {
				for (const isFromStart of [true, false]) {
					put(isFromStart ? new Map([[rank, fault]]) : new Map());
					await using client = closing(await connect(PATIENT));
					put(new Map([[rank, fault]]));
					const outcome = await ask(client.value, perRun);
					expect(outcome).toEqual({ wrong: [], failed: [], right: perRun });
				}
			}
		});
	}
});

describe("with two endpoints of three in a fault", () => {
	for (const logs of ["agreement", "receipts"] as const) {
		for (const fault of FAULTS) {
			it(`may refuse, but gives no wrong answer: ${fault}, logs by ${logs}`, async () => {
				for (const honest of RANKS) {
					put(new Map());
					await using client = closing(await connect(HASTY, { logs }));
					put(new Map(RANKS.filter((rank) => rank !== honest).map((rank) => [rank, fault])));
					const { wrong } = await ask(client.value, 2 * AT_ONCE);
					// Nothing in a range of blocks shows that two endpoints left out the same.
					const isUnprovable = (text: string) => fault === "missing logs" && text.startsWith("logs up to the head");
					expect(wrong.filter((text) => !isUnprovable(text))).toEqual([]);
				}
			});
		}
	}
});

describe("where one endpoint's word is enough", () => {
	it("a stale endpoint does not cut a range of logs short", async () => {
		put(new Map());
		await using client = closing(await connect(PATIENT, { agreement: 1, logs: "unchecked" }));
		// From here on, unknown to the client, which asks the first one first.
		put(new Map([[0, "stale head"]]));
		const [from, to] = [chain.head.number - 5, chain.head.number];
		const logs = await client.value.logsBetween({ fromBlock: from, toBlock: to });
		expect(logs).toEqual(parseLogs(chain.blocks.slice(from).flatMap(({ receipts }) => receipts.flatMap((receipt) => receipt.logs))));
		expect(logs.length).toBeGreaterThan(0);
	});
});

describe("with two different faults", () => {
	it("gives no wrong answer, whichever two they are", async () => {
		for (let i = 0; i < 12; i++) {
			put(new Map());
			await using client = closing(await connect(HASTY));
			const honest = pick(RANKS);
			put(new Map(RANKS.filter((rank) => rank !== honest).map((rank) => [rank, pick(FAULTS)])));
			const { wrong } = await ask(client.value, AT_ONCE);
			expect(wrong).toEqual([]);
		}
	});
});

describe("heads", () => {
	const limit = { timeout: 10_000, interval: 5 };

	for (const fault of [
		"silent WebSocket",
		"lagging WebSocket",
		"forked head",
		"wrong chain",
		"stale head",
		"connection reset",
		"timeout",
	] as const) {
		it(`are followed block after block, with the logs, past an endpoint in a fault: ${fault}`, async () => {
			for (const rank of RANKS) {
				put(new Map([[rank, fault]]));
				await using client = closing(await connect(PATIENT));
				const ended = new AbortController();
				const applied: string[] = [];
				const book = new PoolBook(client.value, []);
				const running = followChain(client.value, book, ended.signal, { onBlock: ({ block }) => void applied.push(block.hash) });
				await vi.waitFor(() => expect(applied.at(-1)).toBe(chain.head.header.hash), limit);
				for (let i = 0; i < 8; i++) {
					await grow();
					await vi.waitFor(() => expect(applied.at(-1)).toBe(chain.head.header.hash), limit);
				}
				ended.abort();
				await running;
				expect(applied).toEqual(chain.blocks.slice(-applied.length).map(({ header }) => header.hash));
			}
		});
	}
});

function closing(client: ChainClient): { readonly value: ChainClient } & AsyncDisposable {
	return { value: client, [Symbol.asyncDispose]: async () => client.close() };
}
