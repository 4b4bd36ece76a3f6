import { randomInt } from "node:crypto";
import { AbiCoder, Interface, keccak256 } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPoolFacts, tokenPrices } from "../../devnet/seeding.ts";
import type { Pool } from "../../domain/pool.ts";
import { readConcentrated } from "../../market/bulk/concentrated-states.ts";
import type { ChainClient } from "../../market/chain-client.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { toNumber } from "../../market/prices/ratio.ts";
import { readSources } from "../../market/prices/sources.ts";
import { uintAt } from "../../market/protocols/abi-word.ts";
import { loadStates, loadTracked, readHoldings, readReserves } from "../../market/protocols/families.ts";
import { seededRandom } from "../../market/testing/activity.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { DeskChain } from "./desk-chain.ts";
import { keyOf, MANAGER, swap, swapped, ticked } from "./liquidity.ts";
import { useAndFollow } from "./use-and-follow.ts";

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const random = seededRandom(seed);
const FAMILIES = ["uniswap-v3", "pancake-v3", "uniswap-v4", "algebra-integral", "algebra-v1"] as const;
const abi = AbiCoder.defaultAbiCoder();

let chain: DeskChain;
let pools: Pool[];

beforeAll(async () => {
	console.log(`seed ${seed}`);
	chain = await DeskChain.start();
	pools = (
		await Promise.all(chain.chain.dexes.filter((dex) => FAMILIES.some((family) => family === dex.family)).map((dex) => chain.discover(dex)))
	).flat();
});
afterAll(() => chain?.[Symbol.asyncDispose]());

describe("discovery", () => {
	it("finds the devnet's pools with what their contracts were made with", () => {
		const deployed = chain.deployment.pools.filter((pool) => FAMILIES.some((family) => family === pool.family));
		expect(new Set(pools.map((pool) => pool.address))).toEqual(new Set(deployed.map((pool) => pool.address)));
		for (const pool of pools) {
			const made = deployed.find(({ address }) => address === pool.address);
			expect(pool).toMatchObject({ family: made?.family, dex: made?.dex, tokens: made?.tokens });
			if (pool.family === "uniswap-v4") expect(pool.details).toEqual(made?.details);
			// The tick tables of Algebra Integral have a bit for every tick.
			expect(pool.tickSpacing).toBe(pool.family === "algebra-integral" ? 1 : made?.tickSpacing);
			expect(pool.feePips).toBe(pool.family.startsWith("algebra") ? 0 : made?.feePips);
		}
	});

	it("of V4 asks for the native coin where its wrapped form is a token", () => {
		const native = pools.filter(({ family, details }) => family === "uniswap-v4" && details.currency0 === `0x${"0".repeat(40)}`);
		expect(native.length).toBeGreaterThan(0);
		for (const { tokens } of native) expect(tokens[0]).toBe(chain.deployment.weth);
	});
});

const VIEWS = new Interface([
	"function slot0() view returns (uint160, int24)",
	"function globalState() view returns (uint160, int24, uint16, uint8)",
	"function liquidity() view returns (uint128)",
	"function ticks(int24) view returns (uint256, int128)",
]);

/** Price, tick, liquidity and each tick's gross and net liquidity, by the contract's own getters. */
async function byGetters(pool: Pool, ticks: readonly number[]) {
	const { provider } = chain.client;
	const ask = async (to: string, data: string) => await provider.call({ to, data });
	if (pool.family === "uniswap-v4") {
		const manager = String(pool.details.manager);
		const base = BigInt(keccak256(abi.encode(["bytes32", "uint256"], [pool.address, 6])));
		const load = async (slot: bigint) =>
			uintAt(await ask(manager, MANAGER.encodeFunctionData("extsload", [abi.encode(["uint256"], [slot])])), 0);
		const state = await load(base);
		const rows = await Promise.all(ticks.map((tick) => load(BigInt(keccak256(abi.encode(["int24", "uint256"], [tick, base + 4n]))))));
		return {
			price: BigInt.asUintN(160, state),
			tick: Number(BigInt.asIntN(24, state >> 160n)),
			liquidity: await load(base + 3n),
			rows: rows.map((row) => [BigInt.asUintN(128, row), BigInt.asIntN(128, row >> 128n)]),
		};
	}
	const view = pool.family.startsWith("algebra") ? "globalState" : "slot0";
	const read = async (name: string, ...values: readonly unknown[]) =>
		VIEWS.decodeFunctionResult(name, await ask(pool.address, VIEWS.encodeFunctionData(name, values)));
	const [state, [liquidity], rows] = await Promise.all([
		read(view),
		read("liquidity"),
		Promise.all(ticks.map((tick) => read("ticks", tick))),
	]);
	return {
		price: BigInt(state[0]),
		tick: Number(state[1]),
		liquidity: BigInt(liquidity),
		rows: rows.map(([gross, net]) => [BigInt(gross), BigInt(net)]),
	};
}

/** The same node without state overrides. */
function withoutOverrides(client: ChainClient): ChainClient {
	return {
		...client,
		callAt: (hash, calls) =>
			client.callAt(
				hash,
				calls.map(({ to, data }) => ({ to, data })),
			),
	};
}

describe.each(FAMILIES)("a loaded state of %s", (family) => {
	it("is what the contract's getters say, with every tick", async () => {
		const own = pools.filter((pool) => pool.family === family);
		const { hash } = await chain.client.head();
		const tracked = await loadTracked({ client: chain.client, pools: own, blockHash: hash });
		expect(own.length).toBeGreaterThan(3);
		for (const pool of own) {
			const { state, liquidityGross } = tracked.get(pool.address) ?? expect.fail(pool.address);
			const { ticks, ...place } = ticked(state);
			const told = await byGetters(
				pool,
				ticks.map(([tick]) => tick),
			);
			expect({ price: BigInt(place.sqrtPriceX96), tick: place.tick, liquidity: BigInt(place.liquidity) }).toEqual({
				...{ price: told.price, tick: told.tick, liquidity: told.liquidity },
			});
			expect(ticks.map(([tick, net]) => [liquidityGross?.get(tick), BigInt(net)])).toEqual(told.rows);
			// Of any spacing but 1 the devnet's positions lie within the words that are read: what is below the price adds up to the liquidity in range.
			if (pool.tickSpacing === 1) continue;
			const sum = ticks.reduce((total, [tick, net]) => (tick <= place.tick ? total + BigInt(net) : total), 0n);
			expect(sum).toBe(told.liquidity);
		}
	});

	it("is read the same without state overrides", async () => {
		const own = pools.filter((pool) => pool.family === family);
		const { hash } = await chain.client.head();
		const form = family.startsWith("algebra") ? "algebra" : family === "uniswap-v4" ? "v4" : "v3";
		const asked = own.map(({ address, tickSpacing, details }) =>
			form === "v4" ? { address: String(details.manager), id: address, tickSpacing } : { address, tickSpacing },
		);
		const of = { pools: asked, blockHash: hash, ticks: "around", form } as const;
		const states = await readConcentrated(chain.client, of);
		expect(states.start.at(-1)).toBeGreaterThan(own.length * 6);
		expect(await readConcentrated(withoutOverrides(chain.client), of)).toEqual(states);
	});
});

describe("what pools hold", () => {
	it("of V4 adds up to what the manager holds, but for the rounding of each range, where nobody has swapped yet", async () => {
		const own = pools.filter(({ family }) => family === "uniswap-v4");
		const { hash } = await chain.client.head();
		const held = await readHoldings({ client: chain.client, pools: own, blockHash: hash });
		const sums = new Map<string, bigint>();
		for (const { pool, amounts } of held) {
			for (const [i, currency] of [pool.details.currency0, pool.details.currency1].entries()) {
				sums.set(String(currency), (sums.get(String(currency)) ?? 0n) + (amounts[i] ?? 0n));
			}
		}
		const manager = String(own[0]?.details.manager);
		// What lies outside the ticks that are read is left out, as of the widest positions at spacing 1.
		const partly = new Set(own.filter(({ tickSpacing }) => tickSpacing === 1).flatMap(({ tokens }) => tokens));
		expect(partly.size).toBe(2);
		for (const [currency, sum] of sums) {
			if (partly.has(currency)) continue;
			const isNative = BigInt(currency) === 0n;
			const at = await chain.client.head();
			const balance = isNative
				? await chain.client.balanceOf(manager, at)
				: await chain.client.tokenBalanceOf({ token: currency, account: manager, at });
			expect(balance - sum, currency).toBeGreaterThanOrEqual(0n);
			expect(balance - sum, currency).toBeLessThan(200n);
		}
	});

	it("is at most what the others' balances are, and virtual reserves have the price of the state", async () => {
		const { hash } = await chain.client.head();
		const reading = { client: chain.client, pools, blockHash: hash };
		const reserves = await readReserves(reading);
		const states = new Map((await loadStates(reading)).map((state) => [state.address, ticked(state)]));
		expect(reserves).toHaveLength(pools.length);
		for (const { pool, reserve0, reserve1, feePips } of reserves) {
			const price = (Number(states.get(pool.address)?.sqrtPriceX96) / 2 ** 96) ** 2;
			expect(Number(reserve1) / Number(reserve0) / price).toBeCloseTo(1, 6);
			if (pool.family === "uniswap-v4") expect(feePips).toBe(pool.feePips);
		}
		expect(await readHoldings(reading)).toHaveLength(pools.length);
	});
});

describe("prices from depth", () => {
	it("come from every family's pools, and may be off by the fee that is in the state", async () => {
		const prices = tokenPrices(readPoolFacts());
		const block = await chain.client.head();
		for (const family of FAMILIES) {
			const own = pools.filter((pool) => pool.family === family);
			const tokens = chain.chain.tokens.map(({ address }) => address);
			const { depths } = await readSources(chain.client, { chain: chain.chain, block, pools: own, tokens, maxHops: 1 });
			expect(depths.size, family).toBeGreaterThan(2);
			for (const [token, reading] of depths) {
				const { observation } = "observation" in reading ? reading : expect.fail(reading.refusal.message);
				const symbol = chain.chain.tokens.find(({ address }) => address === token)?.symbol ?? "";
				expect(toNumber(observation.price) / (prices.get(symbol) ?? 0), `${family} ${symbol}`).toBeCloseTo(1, 6);
				const pool = own.find(({ address }) => address === observation.source) ?? expect.fail(observation.source);
				const { fee, lastFee, lpFee } = Object(await stateOf(pool, block.hash));
				expect(observation.tolerancePpm, `${family} ${symbol}`).toBe(lpFee ?? lastFee ?? (family === "algebra-v1" ? 100 : pool.feePips));
				if (family === "algebra-v1") expect(fee).toBeGreaterThanOrEqual(100);
			}
		}
	});
});

async function stateOf(pool: Pool, blockHash: string): Promise<unknown> {
	return (await loadStates({ client: chain.client, pools: [pool], blockHash }))[0];
}

describe.each(FAMILIES)("the book of %s", (family) => {
	it("kept by logs equals a fresh load at every block, a reorg's included, and quotes what swaps pay to the wei", async () => {
		const own = pools.filter((pool) => pool.family === family).slice(0, 3);
		const { fees } = await useAndFollow(chain, own, random);
		// V1's follow volatility and volume from block to block, the others' are set.
		if (family === "algebra-v1") expect(fees.size).toBeGreaterThan(1);
	});
});

describe("V4's fees", () => {
	it("follow the protocol's share by its log, and donations change nothing", async () => {
		const pool = pools.find(({ family, details }) => family === "uniswap-v4" && details.fee === 3000) ?? expect.fail("no such pool");
		const { client, deployment } = chain;
		const manager = String(pool.details.manager);
		const book = new PoolBook(client, [pool]);
		await book.load(await chain.mine());
		await chain.sendFrom(chain.owner, { to: manager, data: MANAGER.encodeFunctionData("setProtocolFeeController", [chain.owner]) });
		await chain.sendFrom(chain.owner, {
			to: manager,
			data: MANAGER.encodeFunctionData("setProtocolFee", [keyOf(pool), 700 | (300 << 12)]),
		});
		await chain.apply(book, await chain.mine());
		expect(book.state(pool.address)).toMatchObject({ protocolFee: 700 | (300 << 12), lpFee: 3000 });
		using engine = new Engine();
		engine.upsertPools(book.states);
		const [token0 = "", token1 = ""] = pool.tokens;
		for (const zeroForOne of [true, false]) {
			const amountIn = 10n ** 9n;
			const sides = zeroForOne ? { tokenIn: token0, tokenOut: token1 } : { tokenIn: token1, tokenOut: token0 };
			engine.upsertPools(book.states);
			const quoted = engine.quote({ pool: pool.address, ...sides, amountIn });
			const hash = await chain.send(swap(pool, deployment.desk, { zeroForOne, amountIn }));
			await chain.apply(book, await chain.mine());
			expect(swapped(await chain.logsOf(hash)).amountOut).toBe(quoted);
		}
		const [reserves] = await readReserves({ client, pools: [pool], blockHash: book.block.hash });
		// 700 of the input for the protocol, then 3,000 of the rest.
		expect(reserves?.feePips).toBe(3698);
	});
});
