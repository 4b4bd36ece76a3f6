import { Contract, Interface, parseEther, Transaction, Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { devnetAccounts, type Signer } from "./accounts.ts";
import { readArtifact } from "./artifacts.ts";
import { nextBaseFee } from "./builder.ts";
import type { DeployedPool } from "./deployed-pool.ts";
import { type Devnet, startDevnet } from "./devnet.ts";
import { Rpc } from "./rpc.ts";

const GWEI = 1_000_000_000n;
const pairAbi = [
	"function getReserves() view returns (uint112 reserve0, uint112 reserve1, uint32)",
	"function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data)",
];

/** A signed transaction; the nonce is the account's next one plus `after`. */
async function signed(
	devnet: Devnet,
	signer: Signer,
	of: { readonly to: string; readonly data?: string; readonly value?: bigint; readonly tipGwei: bigint; readonly after?: number },
): Promise<string> {
	return signer.signTransaction({
		...{ type: 2, chainId: devnet.chain.chainId, to: of.to, data: of.data ?? "0x", value: of.value ?? 0n, gasLimit: 300_000n },
		nonce: (await devnet.provider.getTransactionCount(signer.address)) + (of.after ?? 0),
		maxFeePerGas: 200n * GWEI,
		maxPriorityFeePerGas: of.tipGwei * GWEI,
	});
}

async function sendBundle(devnet: Devnet, txs: readonly string[], of: { readonly blocks: number }): Promise<string> {
	const next = (await devnet.provider.getBlockNumber()) + 1;
	const hex = (value: number): string => `0x${value.toString(16)}`;
	const bundle = { txs, blockNumber: hex(next), maxBlockNumber: hex(next + of.blocks - 1) };
	expect(await new Rpc(devnet.relayUrl).call("eth_sendBundle", bundle)).toEqual({ bundleHash: expect.stringMatching(/^0x[0-9a-f]{64}$/) });
	return Transaction.from(txs.at(-1) ?? "").hash ?? "";
}

const status = (devnet: Devnet, hash: string): Promise<unknown> => new Rpc(devnet.relayUrl).call("relay_bundleStatus", hash);

describe("the builder that sees bundles", () => {
	let devnet: Devnet;
	let operators: readonly Wallet[];
	let pair: DeployedPool;
	beforeAll(async () => {
		devnet = await startDevnet({ seed: 2, blockMs: "manual", simulator: false, competitor: false, inclusionSharePpm: 1_000_000 });
		operators = devnet.keys.operators.map((key) => new Wallet(key, devnet.provider));
		const weth = devnet.deployment.weth;
		const found = devnet.deployment.pools.find((pool) => pool.dex === "sushiswap-v2" && pool.tokens[0] === weth);
		pair = found ?? devnet.deployment.pools.filter((pool) => pool.dex === "sushiswap-v2")[0] ?? expect.fail("no pair");
	});
	afterAll(() => devnet?.close());

	function operator(index: number): Wallet {
		return operators[index] ?? expect.fail(`no operator ${index}`);
	}

	/** Deposit, pay the pair, take exactly what the reserves now give: fails with "K" when anyone trades the same way before. */
	async function swapBundle(signer: Wallet, tipGwei: bigint): Promise<readonly string[]> {
		const { weth } = devnet.deployment;
		const amountIn = parseEther("1");
		const [reserve0, reserve1] = await new Contract(pair.address, pairAbi, devnet.provider).getFunction("getReserves")();
		const isWeth0 = pair.tokens[0] === weth;
		const [reserveIn, reserveOut] = isWeth0 ? [reserve0, reserve1] : [reserve1, reserve0];
		const out = (amountIn * 997n * reserveOut) / (reserveIn * 1000n + amountIn * 997n);
		const wethAbi = readArtifact("weth").abi;
		const swap = new Interface(pairAbi).encodeFunctionData("swap", [isWeth0 ? 0n : out, isWeth0 ? out : 0n, signer.address, "0x"]);
		return [
			await signed(devnet, signer, { to: weth, data: wethAbi.encodeFunctionData("deposit"), value: amountIn, tipGwei }),
			await signed(devnet, signer, { to: weth, data: wethAbi.encodeFunctionData("transfer", [pair.address, amountIn]), tipGwei, after: 1 }),
			await signed(devnet, signer, { to: pair.address, data: swap, tipGwei, after: 2 }),
		];
	}

	it("includes a bundle whole, in its order", async () => {
		const hash = await sendBundle(devnet, await swapBundle(operator(0), 5n), { blocks: 2 });
		expect(await status(devnet, hash)).toEqual({ status: "pending" });
		await devnet.mine();
		expect(await status(devnet, hash)).toEqual({ status: "included" });
		const receipt = await devnet.provider.getTransactionReceipt(hash);
		expect([receipt?.status, receipt?.index]).toEqual([1, 2]);
	});

	it("leaves a bundle out that would revert, says why after its last block, and takes no gas", async () => {
		const signer = operator(1);
		const balance = await devnet.provider.getBalance(signer.address);
		const data = readArtifact("desk").abi.encodeFunctionData("swapV2", [pair.address, true, 1n, 3000]);
		const hash = await sendBundle(devnet, [await signed(devnet, signer, { to: devnet.deployment.desk, data, tipGwei: 5n })], { blocks: 2 });
		await devnet.mine();
		expect(await status(devnet, hash)).toEqual({ status: "pending" });
		await devnet.mine();
		const head = await devnet.provider.getBlockNumber();
		const why = `would revert: NotOwner(${signer.address})`;
		const reason = `target block passed: block ${head - 1}: ${why}; block ${head}: ${why}`;
		expect(await status(devnet, hash)).toEqual({ status: "dropped", reason });
		expect(await devnet.provider.getTransaction(hash)).toBeNull();
		expect(await devnet.provider.getBalance(signer.address)).toBe(balance);
		expect(await devnet.provider.getTransactionCount(signer.address)).toBe(0);
	});

	it("names the transaction that outbid a bundle", async () => {
		const isWeth0 = pair.tokens[0] === devnet.deployment.weth;
		const data = readArtifact("desk").abi.encodeFunctionData("swapV2", [pair.address, isWeth0, parseEther("3"), 3000]);
		const rival = await signed(devnet, devnetAccounts().market, { to: devnet.deployment.desk, data, tipGwei: 50n });
		const hash = await sendBundle(devnet, await swapBundle(operator(2), 5n), { blocks: 1 });
		const sent = await devnet.provider.broadcastTransaction(rival);
		await devnet.mine();
		expect((await devnet.provider.getTransactionReceipt(sent.hash))?.status).toBe(1);
		expect(await status(devnet, hash)).toEqual({
			status: "dropped",
			reason: `target block passed: block ${await devnet.provider.getBlockNumber()}: outbid by ${sent.hash}: would revert with UniswapV2: K`,
		});
		expect(await devnet.provider.getTransactionCount(operator(2).address)).toBe(0);
	});

	it("puts a bundle behind the public transaction that it carries, and leaves that one where the bundle fails", async () => {
		const transfer = async (index: number, tipGwei: bigint) => signed(devnet, operator(index), { to: operator(index).address, tipGwei });
		const followed = await devnet.provider.broadcastTransaction(await transfer(4, 30n));
		const raw = await devnet.provider.send("eth_getRawTransactionByHash", [followed.hash]);
		const ours = await sendBundle(devnet, [raw, await transfer(3, 1n)], { blocks: 1 });
		await devnet.mine();
		const [first, second] = await Promise.all([followed.hash, ours].map((hash) => devnet.provider.getTransactionReceipt(hash)));
		expect([first?.status, second?.status, (second?.index ?? 0) - (first?.index ?? 0)]).toEqual([1, 1, 1]);
		expect(await status(devnet, ours)).toEqual({ status: "included" });

		const again = await devnet.provider.broadcastTransaction(await transfer(4, 30n));
		const rawAgain = await devnet.provider.send("eth_getRawTransactionByHash", [again.hash]);
		const data = readArtifact("desk").abi.encodeFunctionData("swapV2", [pair.address, true, 1n, 3000]);
		const failing = await signed(devnet, operator(3), { to: devnet.deployment.desk, data, tipGwei: 5n });
		const left = await sendBundle(devnet, [rawAgain, failing], { blocks: 1 });
		await devnet.mine();
		expect((await devnet.provider.getTransactionReceipt(again.hash))?.status).toBe(1);
		expect(await status(devnet, left)).toMatchObject({ status: "dropped", reason: expect.stringContaining("NotOwner") });
	});

	it("puts a bundle that pays more before the public transactions, and orders those by what they pay", async () => {
		const cheap = await devnet.provider.broadcastTransaction(await signed(devnet, operator(4), { to: operator(4).address, tipGwei: 1n }));
		const dear = await devnet.provider.broadcastTransaction(await signed(devnet, operator(5), { to: operator(5).address, tipGwei: 3n }));
		const hash = await sendBundle(devnet, [await signed(devnet, operator(3), { to: operator(3).address, tipGwei: 9n })], { blocks: 1 });
		await devnet.mine();
		expect((await devnet.provider.getBlock("latest"))?.transactions).toEqual([hash, dear.hash, cheap.hash]);
	});

	it("includes a failing public transaction, which pays its gas", async () => {
		const data = readArtifact("desk").abi.encodeFunctionData("swapV2", [pair.address, true, 1n, 3000]);
		const sent = await devnet.provider.broadcastTransaction(
			await signed(devnet, operator(4), { to: devnet.deployment.desk, data, tipGwei: 1n }),
		);
		await devnet.mine();
		expect((await devnet.provider.getTransactionReceipt(sent.hash))?.status).toBe(0);
	});

	it("drops a bundle whose sender cannot pay, and builds the block without it", async () => {
		const poor = Wallet.createRandom();
		const hash = await sendBundle(devnet, [await signed(devnet, poor, { to: poor.address, tipGwei: 1n })], { blocks: 1 });
		const other = await devnet.provider.broadcastTransaction(await signed(devnet, operator(5), { to: operator(5).address, tipGwei: 3n }));
		await devnet.mine();
		expect((await devnet.provider.getTransactionReceipt(other.hash))?.status).toBe(1);
		expect(await status(devnet, hash)).toMatchObject({ status: "dropped", reason: expect.stringMatching(/insufficient funds/i) });
	});

	it("refuses what is no bundle and names the field", async () => {
		const relay = new Rpc(devnet.relayUrl);
		await expect(relay.call("eth_sendBundle", { txs: [], blockNumber: "0x1" })).rejects.toThrow(/txs/);
		await expect(relay.call("eth_sendBundle", { txs: ["0x1234"], blockNumber: "0x1" })).rejects.toThrow(/txs\[0\] is no transaction/);
		await expect(relay.call("eth_sendBundle", { txs: ["0x12"], blockNumber: 7 })).rejects.toThrow(/blockNumber/);
		await expect(relay.call("eth_callBundle", {})).rejects.toThrow(/eth_callBundle does not exist/);
		expect(await status(devnet, `0x${"ab".repeat(32)}`)).toEqual({ status: "unknown" });
	});
});

describe("a builder that takes no part in the relay", () => {
	it("lets bundles pass by", async () => {
		const devnet = await startDevnet({ seed: 2, blockMs: "manual", simulator: false, competitor: false, inclusionSharePpm: 0 });
		try {
			const signer = new Wallet(devnet.keys.operators[0] ?? "");
			const hash = await sendBundle(devnet, [await signed(devnet, signer, { to: signer.address, tipGwei: 9n })], { blocks: 1 });
			const block = (await devnet.provider.getBlockNumber()) + 1;
			await devnet.mine();
			const reason = `target block passed: no builder of blocks ${block} to ${block} took part in the relay`;
			expect(await status(devnet, hash)).toEqual({ status: "dropped", reason });
		} finally {
			await devnet.close();
		}
	});
});

describe("the base fee", () => {
	it.each([
		{ name: "stays at the floor while blocks are empty", gasUsed: 0n, baseFeePerGas: GWEI, next: GWEI },
		{ name: "rises by an eighth after a full block", gasUsed: 60_000_000n, baseFeePerGas: 8n * GWEI, next: 9n * GWEI },
		{ name: "falls by an eighth after an empty one", gasUsed: 0n, baseFeePerGas: 8n * GWEI, next: 7n * GWEI },
	])("$name", ({ gasUsed, baseFeePerGas, next }) => {
		expect(nextBaseFee({ gasUsed, gasLimit: 60_000_000n, baseFeePerGas })).toBe(next);
	});
});
