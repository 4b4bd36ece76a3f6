import { id } from "ethers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type ChainClient, connectChain } from "./chain-client.ts";
import { discoverPools } from "./discovery.ts";
import { loanLiquidity, loanTerms } from "./loan.ts";
import { gatherPrices } from "./prices/prices.ts";
import { type Exchange, startExchange } from "./testing/exchange.ts";

let exchange: Exchange;
let client: ChainClient;

beforeAll(async () => {
	exchange = await startExchange();
	client = await connectChain(exchange.chain, { stallMs: 200, pollMs: 50, reconnectMs: 100 });
});

afterAll(async () => {
	client?.close();
	await exchange?.close();
});

describe("connectChain", () => {
	it("refuses a node of another chain id and names both", async () => {
		await expect(connectChain({ ...exchange.chain, chainId: 1 })).rejects.toMatchObject({
			code: "configuration",
			retryable: false,
			message: expect.stringMatching(/31337.*chain 1;/),
		});
	});

	it("refuses a chain with another genesis block", async () => {
		const genesisHash = `0x${"11".repeat(32)}`;
		await expect(connectChain({ ...exchange.chain, genesisHash })).rejects.toMatchObject({ code: "configuration", retryable: false });
	});

	it("reports a node that is not there as unavailable", async () => {
		const rpcUrl = "http://127.0.0.1:1";
		await expect(connectChain({ ...exchange.chain, rpcUrl })).rejects.toMatchObject({ code: "unavailable", retryable: true });
	});
});

describe("ChainClient", () => {
	it("reads state as it was at the end of the block that the hash names", async () => {
		const [pair = ""] = exchange.pairs;
		const call = { to: pair, data: id("getReserves()").slice(0, 10) };
		const before = await client.head();
		const [earlier] = await client.callAt(before.hash, [call]);
		await exchange.send("swapV2", pair, true, 10n ** 18n);
		await exchange.mine();
		const after = await client.head();
		expect(after.parentHash).toBe(before.hash);
		expect(await client.callAt(before.hash, [call])).toEqual([earlier]);
		expect(await client.callAt(after.hash, [call])).not.toEqual([earlier]);
	});

	it("says that state is stale for a block that the node does not have", async () => {
		const missing = `0x${"22".repeat(32)}`;
		await expect(client.callAt(missing, [{ to: exchange.chain.wrappedNative, data: "0x" }])).rejects.toMatchObject({ code: "stale_state" });
		await expect(client.logsOf(missing, {})).rejects.toMatchObject({ code: "stale_state" });
		expect(await client.block(missing)).toBeNull();
	});

	it("delivers new heads to all who wait, and null to one whose time is up", async () => {
		const head = await client.head();
		const waits = [1, 2].map(() => client.nextHead({ afterHash: head.hash, timeoutMs: 20_000 }));
		await exchange.mine();
		const [first, second] = await Promise.all(waits);
		expect(first).toMatchObject({ number: head.number + 1, parentHash: head.hash });
		expect(second).toEqual(first);
		expect(await client.nextHead({ afterHash: first?.hash ?? "", timeoutMs: 10 })).toBeNull();
	});

	it("stops waiting with the signal's reason", async () => {
		const head = await client.head();
		const leaving = new AbortController();
		const waiting = client.nextHead({ afterHash: head.hash, timeoutMs: 20_000, signal: leaving.signal });
		leaving.abort(new Error("no longer needed"));
		await expect(waiting).rejects.toThrow("no longer needed");
	});

	it("ends new heads with the error of a node that is gone for long", async () => {
		const other = await startExchange();
		const lost = await connectChain(other.chain, { pollMs: 20, silenceMs: 100, timeoutMs: 1_000 });
		const heads = lost.newHeads(new AbortController().signal)[Symbol.asyncIterator]();
		await heads.next();
		await other.close();
		await expect(heads.next()).rejects.toMatchObject({ code: "unavailable" });
		lost.close();
	});

	it("suggests what the median transactions of recent blocks paid on top", async () => {
		const signer = await exchange.provider.getSigner(1);
		// Blocks without transactions do not count, and older ones are out of sight.
		await exchange.mine(8);
		for (let i = 0; i < 3; i++) {
			await signer.sendUncheckedTransaction({
				to: exchange.chain.wrappedNative,
				value: 1,
				maxPriorityFeePerGas: 3_000_000_000n,
				maxFeePerGas: 10n ** 12n,
			});
			await exchange.mine();
		}
		const tip = await client.suggestPriorityFee(await client.head());
		expect(tip).toBe(3_000_000_000n);
		expect(await client.nonceOf(await signer.getAddress())).toBe(3);
	});

	it("knows a transaction of the mempool and none that was never sent", async () => {
		const signer = await exchange.provider.getSigner(2);
		const hash = await signer.sendUncheckedTransaction({ to: exchange.chain.wrappedNative, value: 1 });
		expect(await client.knowsTransaction(hash)).toBe(true);
		expect(await client.knowsTransaction(`0x${"33".repeat(32)}`)).toBe(false);
		await exchange.mine();
	});
});

describe("with several endpoints", () => {
	it("agrees on logs, balances and nonces of a real node, and shows its endpoints in the statistics", async () => {
		const endpoint = { http: exchange.chain.rpcUrl, ws: exchange.chain.rpcUrl.replace("http", "ws") };
		const rpc = { endpoints: [endpoint, endpoint, endpoint], maxLagBlocks: 3 };
		const agreeing = await connectChain({ ...exchange.chain, rpc });
		const proving = await connectChain({ ...exchange.chain, rpc: { ...rpc, logs: "receipts" } });
		const [pair = ""] = exchange.pairs;
		await exchange.send("swapV2", pair, true, 10n ** 18n);
		await exchange.mine();
		const head = await agreeing.head();
		const logs = await agreeing.logsOf(head.hash, {});
		expect(logs.map(({ address }) => address)).toContain(pair);
		expect(await proving.logsOf(head.hash, {})).toEqual(logs);
		expect(await agreeing.logsBetween({ fromBlock: head.number, toBlock: head.number })).toEqual(logs);
		const signer = await (await exchange.provider.getSigner(0)).getAddress();
		expect(await agreeing.balanceOf(signer)).toBe(await client.balanceOf(signer, head));
		expect(await agreeing.nonceOf(signer)).toBe(await exchange.provider.getTransactionCount(signer));
		const host = new URL(endpoint.http).host;
		expect(agreeing.stats().endpoints.map(({ name, headLag }) => ({ name, headLag }))).toEqual([
			{ name: host, headLag: 0 },
			{ name: `${host}#2`, headLag: 0 },
			{ name: `${host}#3`, headLag: 0 },
		]);
		expect(agreeing.stats()).toMatchObject({ disagreements: 0, failedReads: 0 });
		agreeing.close();
		proving.close();
	});

	it("agrees on a receipt by what the chain decides of it, and knows no receipt of what was never sent", async () => {
		const endpoint = { http: exchange.chain.rpcUrl };
		const agreeing = await connectChain({ ...exchange.chain, rpc: { endpoints: [endpoint, endpoint], maxLagBlocks: 3 } });
		const signer = await exchange.provider.getSigner(3);
		const hash = await signer.sendUncheckedTransaction({ to: exchange.chain.wrappedNative, value: 1 });
		await exchange.mine();
		expect(await agreeing.agreed.send("eth_getTransactionReceipt", [hash])).toMatchObject({ transactionHash: hash, status: "0x1" });
		expect(await agreeing.agreed.send("eth_getTransactionReceipt", [`0x${"44".repeat(32)}`])).toBeNull();
		await expect(agreeing.agreed.send("eth_blockNumber", [])).rejects.toMatchObject({ code: "chain", retryable: false });
		agreeing.close();
	});
});

describe("gatherPrices", () => {
	it("prices a token by its deepest pool at that block, and the wrapped coin one to one", async () => {
		const pools = await discoverPools(client, exchange.chain, {});
		const block = await client.head();
		const found = await gatherPrices(client, { chain: exchange.chain, block, pools });
		const [native = "", second = "", third = ""] = exchange.chain.tokens.map((token) => token.address);
		// Both V3 pools hold 10^24 of liquidity at price 1, as deep as the V2 pair had been before the swap.
		expect(found.prices.map(({ token, source, blockNumber }) => ({ token, source, blockNumber }))).toEqual([
			{ token: native, source: "wrapped-native", blockNumber: block.number },
			{ token: second, source: expect.stringMatching(/^0x/), blockNumber: block.number },
			{ token: third, source: exchange.v3Pools[1], blockNumber: block.number },
		]);
		expect(found.prices[2]).toMatchObject({ numeratorWei: "1", denominatorUnits: "1" });
		expect(found).toMatchObject({ nativeUsd: 1, nativeUsdSource: exchange.v3Pools[1] });
	});

	it("states the base fee that the next block then has", async () => {
		const block = await client.head();
		const found = await gatherPrices(client, { chain: exchange.chain, block, pools: [], tokens: [exchange.chain.wrappedNative] });
		await exchange.mine();
		expect((await client.head()).baseFeePerGasWei).toBe(found.nextBaseFeePerGasWei);
		expect(found).toMatchObject({ nativeUsd: null, nativeUsdSource: "no pool with a stablecoin" });
		expect(found.prices).toHaveLength(1);
	});
});

describe("the terms of loans", () => {
	it("reads what the vault holds and takes", async () => {
		const [, token = ""] = exchange.chain.tokens.map(({ address }) => address);
		const signer = await exchange.provider.getSigner(0);
		const { lenders } = exchange.chain;
		const [{ address: vault } = { address: "" }] = lenders;
		await signer.sendUncheckedTransaction({ to: token, data: "0xd0e30db0", value: 5n * 10n ** 18n });
		const transfer = `0xa9059cbb${vault.slice(2).padStart(64, "0")}${(2n * 10n ** 18n).toString(16).padStart(64, "0")}`;
		await signer.sendUncheckedTransaction({ to: token, data: transfer });
		const before = await client.head();
		await exchange.mine();
		const at = async (blockHash: string) => (await loanTerms(client, { lenders, token, blockHash }))[0];
		expect(await at(before.hash)).toEqual({
			...{ lender: "balancer-v2", address: vault, liquidity: "0" },
			fee: { share: "0", of: (10n ** 18n).toString(), rounding: (10n ** 18n - 1n).toString() },
		});
		await vi.waitFor(async () => expect((await at((await client.head()).hash))?.liquidity).toBe((2n * 10n ** 18n).toString()));
		const other = exchange.chain.tokens[0]?.address ?? "";
		const { hash: blockHash } = await client.head();
		expect(await loanLiquidity(client, { lenders, tokens: [token, other], blockHash })).toEqual(
			new Map([
				[token, 2n * 10n ** 18n],
				[other, 0n],
			]),
		);
	});
});
