import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contract, type Log, Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readChainConfig } from "../config/chain.ts";
import { readKeys } from "../config/keys.ts";
import { openNode } from "../market/registry/node-reader.ts";
import { checkChainFile } from "../market/registry/registry.ts";
import { devnetAccounts } from "./accounts.ts";
import { readArtifact } from "./artifacts.ts";
import { type Devnet, startDevnet } from "./devnet.ts";

function mustFind<T>(items: readonly T[], matches: (item: T) => boolean): T {
	const found = items.find(matches);
	if (found === undefined) throw new Error("the test's item is not on the devnet");
	return found;
}

describe("a fresh devnet", () => {
	let devnet: Devnet;
	beforeAll(async () => {
		devnet = await startDevnet({ seed: 1, blockMs: "manual", simulator: false, competitor: false, confirmationDepth: 2 });
	});
	afterAll(() => devnet?.close());

	it("writes settings and keys that the rest of the system reads", async () => {
		expect(readChainConfig(devnet.chainFile)).toEqual(devnet.chain);
		expect(devnet.chain.mode).toBe("devnet");
		expect(devnet.chain.policy.confirmationDepth).toBe(2);
		expect(devnet.chain.genesisHash).toBe((await devnet.provider.getBlock(0))?.hash);
		const keys = readKeys(devnet.keysFile);
		expect(keys.operators.map((key) => new Wallet(key).address.toLowerCase())).toEqual(devnet.chain.operators);
		expect(new Wallet(keys.treasury).address.toLowerCase()).toBe(devnet.chain.treasury);
		expect((await stat(devnet.keysFile)).mode & 0o777).toBe(0o600);
	});

	it("writes rows of its dexes that the registry's checks find right", async () => {
		using node = await openNode(devnet.chain);
		const findings = await checkChainFile(node, devnet.chain);
		expect(findings.filter((finding) => !finding.isGood)).toEqual([]);
		const derived = findings.filter((finding) => finding.check === "derives from the row");
		const derivable = devnet.chain.dexes.filter((dex) => dex.derivation !== undefined);
		expect(derived.map((finding) => finding.row)).toEqual(derivable.map((dex) => `${dex.name} (${dex.family})`));
	});

	it("has the tokens with their symbols and decimals", async () => {
		const { chain, provider } = devnet;
		expect(chain.tokens.length).toBeGreaterThanOrEqual(8);
		for (const token of chain.tokens) {
			const abi = ["function symbol() view returns (string)", "function decimals() view returns (uint8)"];
			const contract = new Contract(token.address, abi, provider);
			expect([await contract.getFunction("symbol")(), Number(await contract.getFunction("decimals")())]).toEqual([
				token.symbol,
				token.decimals,
			]);
		}
	});

	it("lists its pools of Uniswap V2 and V3 in the factories' events, and each is the factories' own and has liquidity", async () => {
		const { chain, provider, deployment } = devnet;
		const isListed = ({ family }: { readonly family: string }): boolean => ["uniswap-v2", "uniswap-v3"].includes(family);
		let found = 0;
		for (const dex of chain.dexes.filter(isListed)) {
			const abi = readArtifact(dex.family === "uniswap-v3" ? "uniswapV3Factory" : "uniswapV2Factory").abi;
			const event = dex.family === "uniswap-v3" ? "PoolCreated" : "PairCreated";
			const topic = mustFind([abi.getEvent(event)], (each) => each !== null)?.topicHash ?? "";
			const logs: Log[] = await provider.getLogs({
				address: dex.factory ?? "",
				fromBlock: dex.startBlock,
				toBlock: "latest",
				topics: [topic],
			});
			for (const log of logs) {
				const args = abi.parseLog(log)?.args;
				const address = String(args?.pool ?? args?.pair).toLowerCase();
				const pool = mustFind(deployment.pools, (each) => each.address === address);
				expect([String(args?.token0).toLowerCase(), String(args?.token1).toLowerCase(), dex.name]).toEqual([...pool.tokens, pool.dex]);
				const state = ["function liquidity() view returns (uint128)", "function getReserves() view returns (uint112, uint112, uint32)"];
				const contract = new Contract(address, state, provider);
				const depth =
					dex.family === "uniswap-v3" ? await contract.getFunction("liquidity")() : (await contract.getFunction("getReserves")())[0];
				expect(depth).toBeGreaterThan(0n);
				found++;
			}
		}
		expect(found).toBe(deployment.pools.filter(isListed).length);
		expect(found).toBeGreaterThanOrEqual(30);
	});

	it("lends from the Balancer vault without a fee, to an executor that knows its operators", async () => {
		const { chain, provider, deployment } = devnet;
		const vault = new Contract(deployment.vault, readArtifact("vault").abi, provider);
		const collector = new Contract(
			await vault.getFunction("getProtocolFeesCollector")(),
			["function getFlashLoanFeePercentage() view returns (uint256)"],
			provider,
		);
		expect(await collector.getFunction("getFlashLoanFeePercentage")()).toBe(0n);
		const weth = new Contract(chain.wrappedNative, ["function balanceOf(address) view returns (uint256)"], provider);
		expect(await weth.getFunction("balanceOf")(deployment.vault)).toBeGreaterThan(BigInt(chain.limits.maxAmountIn));
		const executor = new Contract(chain.executor, readArtifact("executor").abi, provider);
		expect(String(await executor.getFunction("owner")()).toLowerCase()).toBe(chain.treasury);
		const distributor = new Contract(chain.rewardDistributor, readArtifact("distributor").abi, provider);
		expect(String(await distributor.getFunction("owner")()).toLowerCase()).toBe(chain.treasury);
		for (const operator of chain.operators) expect(await provider.getBalance(operator)).toBe(BigInt(chain.walletTargetWei));
	});

	it("crosses a tick in a V3 pool when its price moves by 2 %", async () => {
		const { deployment, provider } = devnet;
		const pool = mustFind(deployment.pools, (each) => each.dex === "uniswap-v3" && each.feePips === 3000);
		const abi = ["function liquidity() view returns (uint128)", "function slot0() view returns (uint160, int24)"];
		const contract = new Contract(pool.address, abi, provider);
		const before = [await contract.getFunction("liquidity")(), (await contract.getFunction("slot0")())[1]];
		await devnet.openGap({ pool: pool.address, moveBps: 200 });
		const after = [await contract.getFunction("liquidity")(), (await contract.getFunction("slot0")())[1]];
		expect(after[0]).not.toBe(before[0]);
		expect(Number(after[1] - before[1])).toBeGreaterThan(190);
	});

	it("opens a known gap between two pools of one pair", async () => {
		const { pool, blockNumber } = await devnet.openGap();
		const { provider, deployment } = devnet;
		const opened = mustFind(deployment.pools, (each) => each.address === pool);
		const other = mustFind(deployment.pools, (each) => each.dex === "uniswap-v2" && each.tokens.join() === opened.tokens.join());
		const price = async (address: string): Promise<number> => {
			const pair = new Contract(address, ["function getReserves() view returns (uint112, uint112, uint32)"], provider);
			const [reserve0, reserve1] = await pair.getFunction("getReserves")({ blockTag: blockNumber });
			return Number(reserve1) / Number(reserve0);
		};
		expect((await price(pool)) / (await price(other.address))).toBeCloseTo(1.03, 3);
	});

	it.each([1, 3, 5])("replaces its last %i blocks in a reorg, and can bring their transactions back", async (depth) => {
		const { provider } = devnet;
		const hashes = async (): Promise<readonly (string | null | undefined)[]> => {
			const head = await provider.getBlockNumber();
			return Promise.all(Array.from({ length: depth }, async (_, i) => (await provider.getBlock(head - i))?.hash));
		};
		const operator = new Wallet(devnet.keys.operators[depth % 6] ?? "", provider);
		await devnet.mine(depth - 1);
		const sent = await operator.sendTransaction({
			to: operator.address,
			value: 1n,
			maxPriorityFeePerGas: 10n ** 9n,
			maxFeePerGas: 10n ** 10n,
		});
		await devnet.mine();
		const before = await hashes();
		const head = await provider.getBlockNumber();
		await devnet.reorg(depth, "again");
		expect(await provider.getBlockNumber()).toBe(head);
		const again = await provider.getTransactionReceipt(sent.hash);
		expect(again?.blockNumber).toBe(head);
		await devnet.reorg(depth, "pool");
		expect(await provider.getTransactionReceipt(sent.hash)).toBeNull();
		await devnet.mine();
		expect((await provider.getTransactionReceipt(sent.hash))?.blockNumber).toBe(head + 1);
		await devnet.reorg(depth);
		expect(await provider.getTransactionReceipt(sent.hash)).toBeNull();
		for (const hash of await hashes()) expect(before).not.toContain(hash);
	});
});

describe("a devnet with a data directory", () => {
	it("goes on after a restart: same chain, same addresses, the next block, later timestamps, its balances", async () => {
		const dataDir = await mkdtemp(join(tmpdir(), "devnet-test-"));
		const options = { dataDir, seed: 5, blockMs: "manual", simulator: true, competitor: false } as const;
		try {
			const first = await startDevnet(options);
			await first.mine(4);
			const operator = new Wallet(first.keys.operators[0] ?? "", first.provider);
			const sent = await operator.sendTransaction({ to: devnetAccounts().shares[0]?.address ?? "", value: 12_345n });
			await first.mine();
			const head = await first.provider.getBlock("latest");
			const balance = await first.provider.getBalance(operator.address);
			await first.close();

			const second = await startDevnet(options);
			try {
				const { rpcUrl: _rpc, relays: _relays, ...kept } = first.chain;
				expect(second.chain).toMatchObject(kept);
				expect((await second.provider.getBlock("latest"))?.hash).toBe(head?.hash);
				expect(await second.provider.getBalance(operator.address)).toBe(balance);
				expect((await second.provider.getTransactionReceipt(sent.hash))?.blockNumber).toBe(head?.number);
				await second.mine(2);
				const next = await second.provider.getBlock((head?.number ?? 0) + 1);
				expect(next?.parentHash).toBe(head?.hash);
				expect(next?.timestamp).toBeGreaterThanOrEqual(head?.timestamp ?? Number.POSITIVE_INFINITY);
				expect(next?.transactions.length).toBeGreaterThan(0);
			} finally {
				await second.close();
			}
		} finally {
			await rm(dataDir, { recursive: true });
		}
	});

	it("refuses a chain that was deployed from other contracts, and says what to do", async () => {
		const dataDir = await mkdtemp(join(tmpdir(), "devnet-test-"));
		const options = { dataDir, seed: 5, blockMs: "manual", simulator: false, competitor: false } as const;
		try {
			const first = await startDevnet(options);
			await first.close();
			const file = join(dataDir, "deployment.json");
			await writeFile(file, JSON.stringify({ ...first.deployment, version: "0x01" }));
			await expect(startDevnet(options)).rejects.toThrow(/deployed from other contracts or seeds.*--fresh/);
		} finally {
			await rm(dataDir, { recursive: true });
		}
	});

	it("falls back on its last copy where anvil was cut off while writing its state", async () => {
		const dataDir = await mkdtemp(join(tmpdir(), "devnet-test-"));
		const options = { dataDir, seed: 5, blockMs: "manual", simulator: false, competitor: false } as const;
		try {
			const first = await startDevnet(options);
			await first.mine();
			const head = await first.provider.getBlockNumber();
			await first.close();
			await writeFile(join(dataDir, "state.exit.json"), '{"block":{"number":"0x9"');
			const second = await startDevnet(options);
			expect(await second.provider.getBlockNumber()).toBe(head);
			await second.close();
		} finally {
			await rm(dataDir, { recursive: true });
		}
	});
});

describe("the simulated market", () => {
	const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));

	it(`opens gaps beyond both fees between pairs of different dexes, seed ${seed}`, async () => {
		const devnet = await startDevnet({ seed, blockMs: "manual", simulator: true, competitor: false });
		try {
			const { deployment, provider } = devnet;
			const pairs = deployment.pools.filter((pool) => pool.family === "uniswap-v2");
			const price = async (address: string): Promise<number> => {
				const pair = new Contract(address, ["function getReserves() view returns (uint112, uint112, uint32)"], provider);
				const [reserve0, reserve1] = await pair.getFunction("getReserves")();
				return Number(reserve1) / Number(reserve0);
			};
			const gaps = async (): Promise<number> => {
				let count = 0;
				for (const uniswap of pairs.filter((pool) => pool.dex === "uniswap-v2")) {
					const sushi = pairs.find((pool) => pool.dex === "sushiswap-v2" && pool.tokens.join() === uniswap.tokens.join());
					// Two fees of 0.3 % must be earned before a wei of profit.
					if (sushi !== undefined && Math.abs(Math.log((await price(uniswap.address)) / (await price(sushi.address)))) > 0.00602) count++;
				}
				return count;
			};
			expect(await gaps()).toBe(0);
			let seen = 0;
			for (let block = 0; block < 60; block++) {
				await devnet.mine();
				seen += await gaps();
			}
			expect(seen).toBeGreaterThan(5);
		} finally {
			await devnet.close();
		}
	});
});
