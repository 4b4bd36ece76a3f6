import { randomInt } from "node:crypto";
import { getCreateAddress, Interface } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readArtifact } from "../../devnet/artifacts.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { adapterOf, loadStates, readReserves } from "../../market/protocols/families.ts";
import { nextTimestamp } from "../../market/protocols/next-block.ts";
import { seededRandom } from "../../market/testing/activity.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { DeskChain } from "./desk-chain.ts";
import { type FeeContract, feeContracts } from "./fee-contracts.ts";
import { keyOf, MANAGER, mint, swap, swapped } from "./liquidity.ts";
import { useAndFollow } from "./use-and-follow.ts";

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const PRICE_ONE = 1n << 96n;
/** Its address says: called around positions, never around swaps. */
const IDLE_HOOK = `0x${"11".repeat(18)}0a00`;
/** Called before swaps too. */
const SWAP_HOOK = `0x${"11".repeat(18)}0a80`;
const DYNAMIC_FEE = 0x80_0000;

let chain: DeskChain;
let contracts: ReturnType<typeof feeContracts>;

beforeAll(async () => {
	console.log(`seed ${seed}`);
	contracts = feeContracts();
	chain = await DeskChain.start();
});
afterAll(() => chain?.[Symbol.asyncDispose]());

function dexOf(family: Pool["family"]) {
	return chain.chain.dexes.find((dex) => dex.family === family) ?? expect.fail(`the devnet has no ${family}`);
}

async function create({ bytecode }: FeeContract): Promise<string> {
	const from = chain.owner;
	const address = getCreateAddress({ from, nonce: await chain.client.nonceOf(from) }).toLowerCase();
	await chain.logsAfter(await chain.sendFrom(from, { data: bytecode }));
	return address;
}

/** Swaps both ways in the next blocks and compares with the engine; the book follows. */
async function expectQuotesPaid(book: PoolBook, pool: Pool): Promise<void> {
	using engine = new Engine();
	const [token0 = "", token1 = ""] = pool.tokens;
	for (const zeroForOne of [true, false]) {
		engine.upsertPools(book.states);
		const [tokenIn, tokenOut] = zeroForOne ? [token0, token1] : [token1, token0];
		const amountIn = 123_456_789n;
		const amountOut = engine.quote({ pool: pool.address, tokenIn, tokenOut, amountIn });
		const hash = await chain.send(swap(pool, chain.deployment.desk, { zeroForOne, amountIn }));
		await chain.apply(book, await chain.mine());
		expect(swapped(await chain.logsOf(hash))).toEqual({ amountIn, amountOut });
	}
}

async function expectFresh(book: PoolBook, pool: Pool): Promise<void> {
	const fresh = await loadStates({ client: chain.client, pools: [pool], blockHash: book.block.hash });
	expect(book.state(pool.address)).toEqual(fresh[0]);
}

describe("Uniswap V4", () => {
	/** A new pool with a hook, as the manager's event announces it. */
	async function hooked(hooks: string, fee: number): Promise<Pool> {
		await chain.anvil.rpc.call("anvil_setCode", hooks, contracts.FeeHook.deployedBytecode);
		const [a, b] = chain.deployment.tokens.map((token) => token.address).sort();
		const key = [a, b, fee, 60, hooks];
		const manager = dexOf("uniswap-v4").vault ?? "";
		await chain.logsAfter(
			await chain.sendFrom(chain.owner, { to: manager, data: MANAGER.encodeFunctionData("initialize", [key, PRICE_ONE]) }),
		);
		const pools = await chain.discover(dexOf("uniswap-v4"));
		return pools.find((pool) => pool.details.hooks === hooks) ?? expect.fail("the pool was not found");
	}

	it("has a fee that its hook sets without a log: the book has it at the next block", async () => {
		const pool = await hooked(IDLE_HOOK, DYNAMIC_FEE);
		expect(pool).toMatchObject({ feePips: 0, tickSpacing: 60, details: { fee: DYNAMIC_FEE } });
		await chain.logsAfter(await chain.send(mint(pool, chain.deployment.desk, { lower: -6000, upper: 6000, liquidity: 10n ** 15n })));
		const book = new PoolBook(chain.client, [pool]);
		await book.load(await chain.client.head());
		expect(book.state(pool.address)).toMatchObject({ lpFee: 0, hooks: IDLE_HOOK });
		for (const fee of [777, 4_200]) {
			const data = contracts.FeeHook.abi.encodeFunctionData("setFee", [pool.details.manager, keyOf(pool), fee]);
			const sent = await chain.sendFrom(chain.owner, { to: IDLE_HOOK, data });
			const block = await chain.mine();
			expect(await chain.logsOf(sent)).toEqual([]);
			expect(await chain.apply(book, block)).toEqual([pool.address]);
			expect(book.state(pool.address)).toMatchObject({ lpFee: fee });
			await expectFresh(book, pool);
			await expectQuotesPaid(book, pool);
		}
	});

	it("is refused with the hook's address where the hook takes part in swaps", async () => {
		const pool = await hooked(SWAP_HOOK, 3000);
		const loading = loadStates({ client: chain.client, pools: [pool], blockHash: (await chain.client.head()).hash });
		await expect(loading).rejects.toMatchObject({ code: "chain", retryable: false, message: expect.stringContaining(SWAP_HOOK) });
	});
});

describe("Algebra Integral", () => {
	const POOL = new Interface(["function setPlugin(address)", "function setPluginConfig(uint8)", "function setFee(uint16)"]);
	const order = async (pool: Pool, data: string): Promise<void> => {
		await chain.sendFrom(chain.owner, { to: pool.address, data });
	};

	it("has fees that a plugin names by direction and time; one that follows the amount is not quoted", async () => {
		const [pool = expect.fail("no pool")] = await chain.discover(dexOf("algebra-integral"));
		const plugin = await create(contracts.TimedPlugin);
		const book = new PoolBook(chain.client, [pool]);
		await book.load(await chain.client.head());
		expect(book.state(pool.address)).toMatchObject({ fee: 500, lastFee: 500, pluginConfig: 0 });

		await order(pool, POOL.encodeFunctionData("setFee", [650]));
		await chain.apply(book, await chain.mine());
		expect(book.state(pool.address)).toMatchObject({ fee: 650, lastFee: 650 });

		await order(pool, POOL.encodeFunctionData("setPlugin", [plugin]));
		await order(pool, POOL.encodeFunctionData("setPluginConfig", [1 | (1 << 7)]));
		await chain.apply(book, await chain.mine());
		expect(book.state(pool.address)).toMatchObject({ plugin, pluginConfig: 129 });
		await expectFresh(book, pool);
		await expectQuotesPaid(book, pool);

		const before = book.state(pool.address);
		expect(await chain.apply(book, await chain.mine())).toEqual([pool.address]);
		// Nothing but the time has changed.
		expect(book.state(pool.address)).not.toEqual(before);
		await chain.sendFrom(chain.owner, { to: plugin, data: contracts.TimedPlugin.abi.encodeFunctionData("set", [2_000, false]) });
		await chain.apply(book, await chain.mine());
		expect(Number(Reflect.get(book.state(pool.address), "feeZto"))).toBeGreaterThanOrEqual(2_045);
		await expectFresh(book, pool);
		await expectQuotesPaid(book, pool);

		await chain.sendFrom(chain.owner, { to: plugin, data: contracts.TimedPlugin.abi.encodeFunctionData("set", [2_000, true]) });
		await chain.apply(book, await chain.mine());
		using engine = new Engine();
		engine.upsertPools(book.states);
		const [tokenIn = "", tokenOut = ""] = pool.tokens;
		expect(() => engine.quote({ pool: pool.address, tokenIn, tokenOut, amountIn: 1_000_000n })).toThrow("unknown_hook");
	});
});

describe("Algebra V1", () => {
	it("has a fee that changes as time passes after a storm: the book has the one of the next block", async () => {
		const pool = (await chain.discover(dexOf("algebra-v1"))).at(-1) ?? expect.fail("no pool");
		const { desk } = chain.deployment;
		expect(pool.details).toEqual({ dataStorageOperator: expect.stringMatching(/^0x[0-9a-f]{40}$/), isDirectional: false });
		const [reserves] = await readReserves({ client: chain.client, pools: [pool], blockHash: (await chain.client.head()).hash });
		for (let i = 0; i < 6; i++) {
			const amountIn = (i % 2 === 0 ? (reserves?.reserve0 ?? 0n) : (reserves?.reserve1 ?? 0n)) / 100n;
			await chain.logsAfter(await chain.send(swap(pool, desk, { zeroForOne: i % 2 === 0, amountIn })), { secondsLater: 600 });
		}
		const book = new PoolBook(chain.client, [pool]);
		await book.load(await chain.client.head());
		const fees = [];
		for (let i = 0; i < 5; i++) {
			const { timestamp } = await chain.client.head();
			await chain.apply(book, await chain.mine({ timestamp: timestamp + 5 * 3600 }));
			await expectFresh(book, pool);
			fees.push(Number(Reflect.get(book.state(pool.address), "fee")));
		}
		expect(new Set(fees).size).toBeGreaterThan(2);
		await expectQuotesPaid(book, pool);
	});

	it("of the second kind is read with a bit for every tick, and both its fees at the time of the next block", async () => {
		const address = await create(contracts.DirectionalPool);
		const [first = expect.fail("no pool")] = await chain.discover(dexOf("algebra-v1"));
		const block = await chain.client.head();
		const reading = { client: chain.client, blockHash: block.hash };
		const scope = { ...chain.chain, dex: dexOf("algebra-v1") };
		const strangers = [
			{ ...first, address },
			{ ...first, address: chain.deployment.weth },
		];
		const found = (await adapterOf("algebra-v1").complete?.({ ...reading, pools: strangers }, scope)) ?? [];
		expect(found).toMatchObject([{ address, tickSpacing: 1, details: { isDirectional: true } }]);
		const [state] = await loadStates({ ...reading, pools: found });
		expect(state).toMatchObject({
			...{ tick: 7, liquidity: "5000000", tickSpacing: 1, tickLower: -64 * 256, tickUpper: 64 * 256 + 255 },
			...{ feeZto: 44 * 100 + 34, feeOtz: (await nextTimestamp(chain.client, block.hash)) % 10_000 },
			ticks: [
				[11, "5000000"],
				[71, "-5000000"],
			],
		});
		const [reserves] = await readReserves({ ...reading, pools: found });
		expect(reserves?.feePips).toBe(222);
	});

	it("is refused where the storage is laid out otherwise than read", async () => {
		const [pool = expect.fail("no pool")] = await chain.discover(dexOf("algebra-v1"));
		const { hash } = await chain.client.head();
		const foreign = { ...pool, details: { ...pool.details, dataStorageOperator: chain.deployment.weth } };
		const load = (other: Pool) => loadStates({ client: chain.client, pools: [other], blockHash: hash });
		await expect(load(foreign)).rejects.toMatchObject({ code: "chain", message: expect.stringContaining(pool.address) });
		await expect(load({ ...pool, details: {} })).rejects.toMatchObject({
			code: "invalid_input",
			message: expect.stringContaining("dataStorageOperator"),
		});
	});
});

describe("Slipstream", () => {
	const FEES = [0, 450, 3_000] as const;
	const SPACING = 50;

	/** A pool of the test's own factory. */
	async function slipstreamPool(): Promise<{ readonly pool: Pool; readonly factory: string }> {
		const { abi } = contracts.SlipstreamFactory;
		const factory = await create(contracts.SlipstreamFactory);
		const code = readArtifact("uniswapV3Pool").bytecode;
		const [token0 = "", token1 = ""] = chain.deployment.tokens.map((token) => token.address).sort();
		const call = async (data: string) => await chain.logsAfter(await chain.sendFrom(chain.owner, { to: factory, data }));
		for (const fee of FEES) await call(abi.encodeFunctionData("addFee", [code, [factory, token0, token1, fee, SPACING]]));
		await call(abi.encodeFunctionData("createPool", [token0, token1, SPACING]));
		const dex = { name: "slipstream", family: "slipstream-cl", factory, startBlock: 0 } as const;
		const [pool = expect.fail("the pool was not found")] = await chain.discover(dex);
		// V3's code runs under the address that it was created at alone: the copies are told the pool's.
		for (const nonce of [1, 2, 3]) {
			const copy = getCreateAddress({ from: factory, nonce }).toLowerCase();
			const own = String(await chain.anvil.rpc.call("eth_getCode", copy, "latest"));
			const patched = own.replaceAll(copy.slice(2).padStart(64, "0"), pool.address.slice(2).padStart(64, "0"));
			expect(patched).not.toBe(own);
			await chain.anvil.rpc.call("anvil_setCode", copy, patched);
		}
		const initialize = new Interface(["function initialize(uint160)"]).encodeFunctionData("initialize", [PRICE_ONE]);
		await chain.logsAfter(await chain.sendFrom(chain.owner, { to: pool.address, data: initialize }));
		await chain.logsAfter(await chain.send(mint(pool, chain.deployment.desk, { lower: -20_000, upper: 20_000, liquidity: 10n ** 16n })));
		return { pool, factory };
	}

	it("has a fee that follows the time and a module: the book has it at the next block, and follows the pool to the wei", async () => {
		const { pool, factory } = await slipstreamPool();
		expect(pool).toMatchObject({ family: "slipstream-cl", feePips: 0, tickSpacing: SPACING, details: {} });
		const { fees } = await useAndFollow(chain, [pool], seededRandom(seed));
		expect(fees.size).toBe(FEES.length);

		const book = new PoolBook(chain.client, [pool]);
		await book.load(await chain.mine());
		const before = Reflect.get(book.state(pool.address), "fee");
		const shift = contracts.SlipstreamFactory.abi.encodeFunctionData("setShift", [1]);
		const sent = await chain.sendFrom(chain.owner, { to: factory, data: shift });
		await chain.apply(book, await chain.mine());
		expect(await chain.logsOf(sent)).toEqual([]);
		await expectFresh(book, pool);
		await expectQuotesPaid(book, pool);
		// A shift by two of three fees, then one of the time.
		const again = contracts.SlipstreamFactory.abi.encodeFunctionData("setShift", [2]);
		await chain.sendFrom(chain.owner, { to: factory, data: again });
		await chain.apply(book, await chain.mine());
		expect(FEES).toContain(before);
		await expectFresh(book, pool);
		const [reserves] = await readReserves({ client: chain.client, pools: [pool], blockHash: book.block.hash });
		expect(FEES).toContain(reserves?.feePips);
	});

	it("needs a node that takes the time of a call, and says so", async () => {
		const { pool } = await slipstreamPool();
		const cause = { code: -32602, message: "too many arguments, want at most 3", data: undefined };
		const refusal = new ArbError({ code: "chain", message: "eth_call: refused", retryable: false, cause });
		const { hash } = await chain.client.head();
		const old = { ...chain.client, readAt: () => Promise.reject(refusal) };
		const loading = adapterOf("slipstream-cl").load({ client: old, pools: [pool], blockHash: hash });
		await expect(loading).rejects.toMatchObject({ code: "chain", message: expect.stringContaining("use a node that takes them") });
	});
});
