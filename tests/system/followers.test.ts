import { parseEther } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Followers } from "../../activities/followers.ts";
import { devnetAccounts } from "../../devnet/accounts.ts";
import { readArtifact } from "../../devnet/artifacts.ts";
import { type Devnet, startDevnet } from "../../devnet/devnet.ts";
import type { Candidate } from "../../domain/candidate.ts";
import { executionFacts } from "../../domain/plan.ts";
import { encodeExecute } from "../../execution/executor.ts";
import { bundleRelay, publicRelay } from "../../execution/relay.ts";
import { simulateExecution } from "../../execution/simulation.ts";
import { Wallets } from "../../execution/wallets.ts";
import { type ChainClient, connectChain } from "../../market/chain-client.ts";
import { discoverPools } from "../../market/discovery.ts";
import { watchPending } from "../../market/pending/pending-feed.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { Engine } from "../../rust-wasm/engine.ts";

const GWEI = 1_000_000_000n;
const OUT: ReadonlySet<string> = new Set();

let devnet: Devnet;
let client: ChainClient;
let book: PoolBook;
let engine: Engine;
let followers: Followers;

beforeAll(async () => {
	devnet = await startDevnet({ seed: 7, blockMs: "manual", simulator: false, competitor: false, inclusionSharePpm: 1_000_000 });
	client = await connectChain(devnet.chain, { pollMs: 50 });
	book = new PoolBook(client, await discoverPools(client, devnet.chain, {}));
	engine = new Engine();
	followers = new Followers({ chain: devnet.chain, client, book, engine, fencingNumber: 1 });
	await atHead();
});
afterAll(async () => {
	engine?.[Symbol.dispose]();
	client?.close();
	await devnet?.close();
});

async function atHead(): Promise<void> {
	engine.upsertPools(await book.load(await client.head()));
}

const liquidity = (): ReadonlyMap<string, bigint> => new Map(devnet.chain.startTokens.map((token) => [token, parseEther("1000")]));

/** Somebody's trade that moves SushiSwap's LINK/WETH far from the other pools, into the mempool; nothing is mined. */
async function trade(of: { readonly weth: string } = { weth: "40" }): Promise<string> {
	const { deployment, provider, chain } = devnet;
	const link = chain.tokens.find((token) => token.symbol === "LINK")?.address ?? "";
	const pair = deployment.pools.find((pool) => pool.dex === "sushiswap-v2" && pool.tokens.includes(link));
	if (pair === undefined) throw new Error("no LINK pair");
	const { market } = devnetAccounts();
	const isWeth0 = pair.tokens[0] === chain.wrappedNative;
	const raw = await market.signTransaction({
		...{ type: 2, chainId: chain.chainId, to: deployment.desk, value: 0n, gasLimit: 400_000n },
		data: readArtifact("desk").abi.encodeFunctionData("swapV2", [pair.address, isWeth0, parseEther(of.weth), 3000]),
		nonce: await provider.getTransactionCount(market.address, "pending"),
		...{ maxFeePerGas: 200n * GWEI, maxPriorityFeePerGas: 50n * GWEI },
	});
	return (await provider.broadcastTransaction(raw)).hash;
}

function calldataOf(candidate: Candidate): string {
	const hops = candidate.route.map((hop, i) => {
		const state = candidate.pools[i];
		if (state === undefined) throw new Error(`no state of hop ${i}`);
		return { ...hop, ...executionFacts(state), amountIn: "0", amountOut: "0" };
	});
	return encodeExecute({
		...{
			planId: `0x${"07".repeat(32)}`,
			lender: devnet.chain.lenders[0]?.address ?? "",
			startToken: candidate.startToken,
			amountIn: BigInt(candidate.amountIn),
			minProfit: 1n,
		},
		...{ deadlineBlock: candidate.block.number + 1, hops },
	});
}

describe("a transaction that waits to be included", () => {
	it("is executed on the head, and the cycle that opens behind it pays what the engine says, in a bundle with it", async () => {
		const hash = await trade();
		const candidate = await followers.behind(hash, { liquidity: liquidity(), out: OUT });
		if (candidate === null) throw new Error("nothing opens");
		expect(candidate.follows).toMatchObject({ transactionHash: hash, changedPools: [expect.stringMatching(/^0x/)] });
		const { from, executor } = { from: devnet.chain.operators[0] ?? "", executor: devnet.chain.executor };
		const calldata = calldataOf(candidate);
		const behind = candidate.follows?.rawTransaction;
		const simulation = await simulateExecution(devnet.provider, { from, executor, calldata, behind });
		expect(simulation).toMatchObject({ ok: true, profit: candidate.grossProfit, blockNumber: candidate.block.number });
		// Without it there is nothing to earn.
		expect(await simulateExecution(devnet.provider, { from, executor, calldata })).toMatchObject({ ok: false });

		const wallets = Wallets.fromKeys(devnet.keys);
		const signed = await wallets.sign(from, {
			...{ chainId: devnet.chain.chainId, nonce: await client.nonceOf(from), to: executor, data: calldata, value: 0n },
			...{ gasLimit: 900_000n, maxFeePerGas: 200n * GWEI, maxPriorityFeePerGas: 2n * GWEI },
		});
		const blocks = { targetBlock: candidate.block.number + 1, deadlineBlock: candidate.block.number + 1 };
		await expect(publicRelay(devnet.rpcUrl).send({ ...signed, behind, ...blocks })).rejects.toMatchObject({
			code: "relay",
			retryable: false,
		});
		await bundleRelay(devnet.relayUrl).send({ ...signed, behind, ...blocks });
		await devnet.mine();
		const [theirs, ours] = await Promise.all([hash, signed.transactionHash].map((each) => devnet.provider.getTransactionReceipt(each)));
		expect([theirs?.status, ours?.status, (ours?.index ?? 0) - (theirs?.index ?? 0)]).toEqual([1, 1, 1]);
		await atHead();
	});

	it("leaves book and engine as they were", async () => {
		const before = book.states;
		const cycles = () =>
			engine.search({ changedPools: book.addresses, startTokens: [{ token: devnet.chain.wrappedNative }], maxHops: 3, limit: 8 });
		const found = cycles();
		const hash = await trade({ weth: "30" });
		expect(await followers.behind(hash, { liquidity: liquidity(), out: OUT })).not.toBeNull();
		expect(book.states).toEqual(before);
		expect(cycles()).toEqual(found);
		await devnet.mine();
		await atHead();
	});

	it("is not followed where its pools are left out, where it is included already, or where nobody has it", async () => {
		const hash = await trade({ weth: "25" });
		const out = new Set(book.addresses);
		expect(await followers.behind(hash, { liquidity: liquidity(), out })).toBeNull();
		await devnet.mine();
		await atHead();
		expect(await followers.behind(hash, { liquidity: liquidity(), out: OUT })).toBeNull();
		expect(await followers.behind(`0x${"ab".repeat(32)}`, { liquidity: liquidity(), out: OUT })).toBeNull();
	});

	it("is heard of by the subscription, once", async () => {
		const ended = new AbortController();
		const wsUrl = devnet.rpcUrl.replace(/^http/, "ws");
		const heard = watchPending({ wsUrl, onTrouble: () => undefined }, ended.signal);
		// Trades until the subscription stands: what was sent before is not told.
		const sent: string[] = [];
		const first = heard.next();
		let isHeard = false;
		void first.then(() => {
			isHeard = true;
		});
		while (!isHeard) {
			sent.push(await trade({ weth: "0.001" }));
			await devnet.mine();
		}
		expect(sent).toContain((await first).value);
		const next = await trade({ weth: "0.001" });
		for (let at = await heard.next(); at.value !== next; at = await heard.next()) expect(sent).toContain(at.value);
		ended.abort();
		expect((await heard.next()).done).toBe(true);
	});
});
