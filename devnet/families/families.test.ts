import { Interface, ZeroAddress, zeroPadValue } from "ethers";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { parseChainConfig } from "../../config/chain.ts";
import { openNode } from "../../market/registry/node-reader.ts";
import { checkChainFile } from "../../market/registry/registry.ts";
import { devnetAccounts } from "../accounts.ts";
import { startAnvil } from "../anvil.ts";
import { dexRows } from "../chain-settings.ts";
import type { DeployedPool } from "../deployed-pool.ts";
import { deploy } from "../deployment.ts";
import { type Devnet, startDevnet } from "../devnet.ts";
import { Market } from "../market.ts";
import { type MarketPool, priceTarget } from "../market-model.ts";
import { createRandom } from "../random.ts";
import { hexQuantity, Rpc, smallQuantity } from "../rpc.ts";
import { readPoolFacts, tokenPrices } from "../seeding.ts";
import { DEXES, dexNamed } from "./all.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const silent = pino({ level: "silent" });

let devnet: Devnet;
let rpc: Rpc;
let market: Market;

beforeAll(async () => {
	devnet = await startDevnet({ seed, blockMs: "manual", simulator: false, competitor: false });
	rpc = new Rpc(devnet.rpcUrl);
	const randoms = { first: createRandom(seed, "families"), second: createRandom(seed, "families second") };
	market = new Market({ rpc, deployment: devnet.deployment, randoms, log: silent });
});
afterAll(() => devnet?.close());

const pendingSchema = z.object({ pending: z.string() });
const pairName = (pair: MarketPool): string => `${pair.address} ${pair.token0} ${pair.token1}`;

/** What the market sees of a pair, after what was done with it. */
async function seenAgain(before: readonly MarketPool[]): Promise<readonly (readonly [MarketPool, MarketPool])[]> {
	const after = new Map((await market.pools()).map((pair) => [pairName(pair), pair]));
	return before.map((pair) => [pair, after.get(pairName(pair)) ?? expect.fail(`${pairName(pair)} is gone`)]);
}

function poolOf(pair: MarketPool): DeployedPool {
	return devnet.deployment.pools.find((pool) => pool.address === pair.address) ?? expect.fail(`no pool ${pair.address}`);
}

describe("the devnet's dexes", () => {
	it("each have pools, with every pool at its tokens' prices and its fee", async () => {
		const prices = tokenPrices(readPoolFacts());
		const bySymbol = new Map(devnet.deployment.tokens.map((token) => [token.address, prices.get(token.symbol) ?? 0]));
		const pairs = await market.pools();
		for (const { name } of DEXES) expect(devnet.deployment.pools.filter((pool) => pool.dex === name).length, name).toBeGreaterThan(0);
		for (const pool of devnet.deployment.pools) expect(pairs.map((pair) => pair.address)).toContain(pool.address);
		for (const pair of pairs) {
			const { dex, feePips } = poolOf(pair);
			const aligned = (bySymbol.get(pair.token0) ?? 0) / (bySymbol.get(pair.token1) ?? 0);
			expect(pair.price / aligned, `${dex} ${pairName(pair)}`).toBeCloseTo(1, 6);
			expect(pair.liquidity, `${dex} ${pairName(pair)}`).toBeGreaterThan(0);
			expect(pair.feePips, `${dex} ${pairName(pair)}`).toBe(feePips);
		}
	});

	it("have rows that chain files take and the registry's checks find right", async () => {
		const settings = parseChainConfig({ ...devnet.chain, dexes: dexRows(devnet.deployment) }, "all of the devnet's dexes");
		expect(settings.dexes.map((dex) => dex.name)).toEqual(DEXES.map((dex) => dex.name));
		using node = await openNode(devnet.chain);
		const findings = await checkChainFile(node, settings);
		expect(findings.filter((finding) => !finding.isGood)).toEqual([]);
	});

	it.each([40, -70])("are traded to prices %i basis points away, a pair of each pool in one block", async (moveBps) => {
		const pools = new Set<string>();
		const before = (await market.pools()).filter((pair) => !pools.has(pair.address) && pools.add(pair.address));
		const move = 1 + moveBps / 10_000;
		const targets = before.map((pair) => priceTarget(pair, pair.price * move, "shock"));
		await market.send(targets, before);
		await devnet.mine();
		for (const [old, pair] of await seenAgain(before)) {
			// A constant product moves a little further than asked, by a part of its fee.
			expect(pair.price / old.price / move, `${poolOf(pair).dex} ${pairName(pair)}`).toBeCloseTo(1, 4);
		}
	});

	it.each([true, false])("swap exact amounts out of the desk's inventory, from the first token of every pair: %s", async (isForward) => {
		const { desk, weth } = devnet.deployment;
		const before = await market.pools();
		const swaps = before.map((pair) => {
			const [tokenIn, tokenOut] = isForward ? [pair.token0, pair.token1] : [pair.token1, pair.token0];
			// A millionth of the depth, so that pairs that share a pool hardly move each other.
			const depth = isForward ? pair.liquidity / Math.sqrt(pair.price) : pair.liquidity * Math.sqrt(pair.price);
			const amountIn = BigInt(Math.max(1_000, Math.round(depth * 1e-6)));
			const pool = poolOf(pair);
			return { pair, pool, tokenIn, tokenOut, amountIn, data: dexNamed(pool.dex).swap(pool, { tokenIn, tokenOut, amountIn }) };
		});
		const nativeBefore = await devnet.provider.getBalance(desk);
		const { address: from } = devnetAccounts().market;
		await rpc.call("anvil_impersonateAccount", from);
		const gas = { gas: hexQuantity(2_000_000), gasPrice: hexQuantity(10n ** 11n) };
		const sent = await rpc.batch(
			"eth_sendTransaction",
			swaps.map(({ data }) => [{ from, to: desk, data, ...gas }]),
		);
		do await rpc.call("evm_mine");
		while (pendingSchema.parse(await rpc.call("txpool_status")).pending !== "0x0");
		let nativeIn = 0n;
		for (const [i, swap] of swaps.entries()) {
			const name = `${swap.pool.dex} ${pairName(swap.pair)} ${swap.amountIn}`;
			const receipt = await devnet.provider.getTransactionReceipt(String(sent[i]));
			expect(receipt?.status, name).toBe(1);
			const moved = (of: { readonly token: string; readonly by: "from" | "to" }): bigint =>
				(receipt?.logs ?? []).reduce((sum, log) => {
					const args = log.address.toLowerCase() === of.token ? TRANSFER.parseLog(log)?.args : undefined;
					return String(args?.[of.by]).toLowerCase() === desk ? sum + BigInt(args?.value) : sum;
				}, 0n);
			const isNative = (token: string): boolean => token === weth && swap.pool.details.currency0 === ZeroAddress;
			if (isNative(swap.tokenIn)) nativeIn += swap.amountIn;
			else expect(moved({ token: swap.tokenIn, by: "from" }), name).toBe(swap.amountIn);
			if (!isNative(swap.tokenOut)) expect(moved({ token: swap.tokenOut, by: "to" }), name).toBeGreaterThan(0n);
		}
		const nativeSpent = nativeBefore - (await devnet.provider.getBalance(desk));
		if (isForward) expect(nativeSpent).toBe(nativeIn);
		else expect(nativeSpent).toBeLessThan(0n);
		// Where a pool has several pairs, those of each token moved its price both ways.
		const isOnlyPair = (pair: MarketPool): boolean => before.filter((each) => each.address === pair.address).length === 1;
		for (const [old, pair] of await seenAgain(before.filter(isOnlyPair))) {
			const name = `${poolOf(pair).dex} ${pairName(pair)}`;
			if (isForward) expect(pair.price, name).toBeLessThanOrEqual(old.price);
			else expect(pair.price, name).toBeGreaterThanOrEqual(old.price);
		}
	});

	it(`are traded in by the market in every block, and none of its trades fails, seed ${seed}`, async () => {
		const { provider, deployment } = devnet;
		const trader = devnetAccounts().market.address;
		const places = new Map(
			deployment.pools.flatMap((pool) => [pool.address, zeroPadValue(pool.address, 32)].map((place) => [place, pool.dex])),
		);
		const traded = new Set<string>();
		for (let block = 0; block < 40; block++) {
			await market.step();
			await devnet.mine();
			const { transactions } = (await provider.getBlock("latest")) ?? expect.fail("no head");
			for (const receipt of await Promise.all(transactions.map((hash) => provider.getTransactionReceipt(hash)))) {
				if (receipt?.from !== trader) continue;
				expect(receipt.status, receipt.hash).toBe(1);
				for (const place of receipt.logs.flatMap((log) => [log.address.toLowerCase(), ...log.topics])) {
					const dex = places.get(place);
					if (dex !== undefined) traded.add(dex);
				}
			}
		}
		expect(traded.size).toBeGreaterThan(4);
	});
});

/** Also that of WETH9, whose parameters have other names. */
const TRANSFER = new Interface(["event Transfer(address indexed from, address indexed to, uint256 value)"]);

describe("a deployment", () => {
	it("is the same twice: addresses, pools, what each pool answers; three blocks", async () => {
		const run = async () => {
			const anvil = await startAnvil({ chainId: 31337, port: 0 });
			try {
				const deployment = await deploy(anvil.rpc, 31337);
				const randoms = { first: createRandom(1, "a"), second: createRandom(1, "b") };
				const pools = await new Market({ rpc: anvil.rpc, deployment, randoms, log: silent }).pools();
				const pairs = pools.map(({ inputTowards, ...pair }) => ({ ...pair, input: inputTowards?.(pair.price * 1.001) }));
				return { deployment, pairs, blocks: smallQuantity.parse(await anvil.rpc.call("eth_blockNumber")) };
			} finally {
				await anvil.stop();
			}
		};
		const first = await run();
		expect(await run()).toEqual(first);
		expect(first.blocks).toBe(3);
		expect(first.deployment).toEqual(devnet.deployment);
	});
});
