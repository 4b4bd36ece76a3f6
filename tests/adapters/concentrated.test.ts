import { randomInt } from "node:crypto";
import { AbiCoder, Interface, keccak256 } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isConcentrated, type Pool, type PoolState, tokensOf } from "../../domain/pool.ts";
import { readConcentrated } from "../../market/bulk/concentrated-states.ts";
import type { ChainClient } from "../../market/chain-client.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { uintAt } from "../../market/protocols/abi-word.ts";
import { loadStates, loadTracked, readHoldings, readReserves } from "../../market/protocols/families.ts";
import { seededRandom } from "../../market/testing/activity.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { DeskChain } from "./desk-chain.ts";
import { burn, keyOf, MANAGER, mint, onCommonTicks, type Range, swap, swapped } from "./liquidity.ts";

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const random = seededRandom(seed);
const FAMILIES = ["uniswap-v3", "pancake-v3", "uniswap-v4", "algebra-integral", "algebra-v1"] as const;
const abi = AbiCoder.defaultAbiCoder();

let chain: DeskChain;
let pools: Pool[];

beforeAll(async () => {
	console.log(`seed ${seed}`);
	chain = await DeskChain.start();
	pools = (await Promise.all(chain.chain.dexes.filter(({ family }) => family !== "uniswap-v2").map((dex) => chain.discover(dex)))).flat();
});
afterAll(() => chain?.[Symbol.asyncDispose]());

function below(limit: number): number {
	return Math.floor(random() * limit);
}

function ticked(state: PoolState) {
	if (!isConcentrated(state)) throw new Error(`${state.address} has no ticks`);
	return state;
}

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

describe.each(FAMILIES)("the book of %s", (family) => {
	it("kept by logs equals a fresh load at every block, a reorg's included, and quotes what swaps pay to the wei", {
		timeout: 120_000,
	}, async () => {
		const own = pools.filter((pool) => pool.family === family).slice(0, 3);
		const { client, deployment } = chain;
		using engine = new Engine();
		const book = new PoolBook(client, own);
		await book.load(await chain.mine());
		const positions = new Map<string, (Range & { liquidity: bigint })[]>(own.map(({ address }) => [address, []]));

		/** One of the things that users do with a pool. */
		const act = async (pool: Pool): Promise<void> => {
			const state = ticked(book.state(pool.address));
			const list = positions.get(pool.address) ?? [];
			switch (below(4)) {
				case 0:
				case 1: {
					// Positions of Algebra Integral keep a distance that its table does not.
					const spacing = family === "algebra-integral" ? 60 : pool.tickSpacing;
					const middle = Math.floor(state.tick / spacing);
					const lower = (middle + below(40) - 30) * spacing;
					const upper = lower + (1 + below(30)) * spacing;
					const liquidity = BigInt(state.liquidity) / BigInt(3 + below(1000)) + 1n;
					list.push({ lower, upper, liquidity });
					await chain.send(mint(pool, deployment.desk, { lower, upper, liquidity }));
					return;
				}
				case 2: {
					const position = list[below(list.length)];
					if (position === undefined) return;
					const liquidity = (position.liquidity * BigInt(below(3))) / 2n;
					position.liquidity -= liquidity;
					if (position.liquidity === 0n) list.splice(list.indexOf(position), 1);
					// Burning nothing from a position is refused by Uniswap V4 and Algebra where it never was.
					if (liquidity > 0n) await chain.send(burn(pool, { ...position, liquidity }));
					return;
				}
				default:
					await chain.send(swap(pool, deployment.desk, randomSwap(state)));
			}
		};
		const randomSwap = (state: ReturnType<typeof ticked>) => {
			const zeroForOne = random() < 0.5;
			const root = Number(state.sqrtPriceX96) / 2 ** 96;
			const reserve = zeroForOne ? Number(state.liquidity) / root : Number(state.liquidity) * root;
			return { zeroForOne, amountIn: BigInt(Math.floor(reserve * 10 ** (-4.5 + 3 * random()))) + 1n };
		};

		const expectFresh = async (): Promise<void> => {
			const fresh = await loadStates({ client, pools: own, blockHash: book.block.hash });
			for (const [i, pool] of own.entries()) {
				const [kept, read] = [ticked(book.state(pool.address)), ticked(fresh[i] ?? expect.fail("not read"))];
				expect(onCommonTicks(kept, read)).toEqual(onCommonTicks(read, kept));
			}
		};

		let fees = new Set<string>();
		for (let round = 0; round < 14; round++) {
			engine.upsertPools(book.states);
			const swaps = [];
			for (const pool of own) {
				const asked = randomSwap(ticked(book.state(pool.address)));
				const [token0 = "", token1 = ""] = tokensOf(book.state(pool.address));
				const sides = asked.zeroForOne ? { tokenIn: token0, tokenOut: token1 } : { tokenIn: token1, tokenOut: token0 };
				const quoted = engine.quote({ pool: pool.address, ...sides, amountIn: asked.amountIn });
				swaps.push({ hash: await chain.send(swap(pool, deployment.desk, asked)), quoted, amountIn: asked.amountIn });
			}
			for (const pool of own) {
				for (let acts = below(4); acts > 0; acts--) await act(pool);
			}
			await chain.apply(book, await chain.mine());
			for (const { hash, quoted, amountIn } of swaps) {
				expect(swapped(await chain.logsOf(hash))).toEqual({ amountIn, amountOut: quoted });
			}
			await expectFresh();
			const state = book.state(own[0]?.address ?? "");
			fees = fees.add(JSON.stringify([Reflect.get(state, "fee"), Reflect.get(state, "lpFee")]));
		}
		// V1's follows volatility and volume, the others' are set.
		if (family === "algebra-v1") expect(fees.size).toBeGreaterThan(1);

		const before = await client.block(book.block.number - 2);
		await chain.anvil.rpc.call("anvil_reorg", 3, []);
		const common = await client.block(book.block.number - 3);
		expect(before?.hash).not.toBe((await client.block(book.block.number - 2))?.hash);
		expect(book.rollBack(common?.hash ?? "")).not.toBe("unknown");
		await expectFresh();
		const head = await client.head();
		for (let number = book.block.number + 1; number <= head.number; number++) {
			await chain.apply(book, (await client.block(number)) ?? expect.fail(`no block ${number}`));
		}
		for (let round = 0; round < 2; round++) {
			for (const pool of own) await act(pool);
			await chain.apply(book, await chain.mine());
			await expectFresh();
		}
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
