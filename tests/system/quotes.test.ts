import { Interface } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { devnetAccounts } from "../../devnet/accounts.ts";
import { readArtifact } from "../../devnet/artifacts.ts";
import { type Devnet, startDevnet } from "../../devnet/devnet.ts";
import { createRandom, type Random } from "../../devnet/random.ts";
import { loanFeeOn } from "../../domain/loan-fee.ts";
import { executionFacts, type PlannedHop } from "../../domain/plan.ts";
import type { Pool, PoolState, UniswapV2PoolState, UniswapV3PoolState } from "../../domain/pool.ts";
import { encodeExecute } from "../../execution/executor.ts";
import { simulateExecution } from "../../execution/simulation.ts";
import { type ChainClient, connectChain } from "../../market/chain-client.ts";
import { discoverPools } from "../../market/discovery/events.ts";
import { loanTerms } from "../../market/loan.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { nextTimestamp } from "../../market/protocols/next-block.ts";
import { Engine, type FoundCycle } from "../../rust-wasm/engine.ts";
import { loanFeeOf } from "../../strategy/lender.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const random = createRandom(seed, "quotes");

const POOL_EVENTS = new Interface([
	"event Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to)",
	"function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data)",
]);
const V3_EVENTS = new Interface([
	"event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)",
]);
const ERC20 = new Interface(["function transfer(address to, uint256 value) returns (bool)"]);
const DESK = readArtifact("desk").abi;
/** TickMath.MIN_SQRT_RATIO + 1 and MAX_SQRT_RATIO - 1: no limit. */
const NO_LIMIT = { zeroForOne: 4295128740n, oneForZero: 1461446703485210103287273052203988822378723970341n };
const TRANSFER_GAS = 100_000;
const PAIR_GAS = 250_000;
/** A swap over all of a pool's ticks and bitmap words. */
const POOL_GAS = 20_000_000;

/** How far a V3 price may be moved at most, in ticks of 0.01 %: within the ticks that the book knows, over several positions' ends. */
const REACH_TICKS = 3_500;
/** Shares of what a pool can take: of the input that moves a V3 price so far, of a pair's reserve. */
const SIZES = {
	small: { low: 1e-9, high: 1e-5 },
	medium: { low: 1e-4, high: 1e-2 },
	large: { low: 0.05, high: 0.95 },
} as const;

let devnet: Devnet;
let client: ChainClient;
let pools: readonly Pool[];

beforeAll(async () => {
	devnet = await startDevnet({ seed, blockMs: "manual", simulator: false, competitor: false });
	client = await connectChain(devnet.chain);
	pools = await discoverPools(client, devnet.chain, {});
});

afterAll(async () => {
	client?.close();
	await devnet?.close();
});

/** The engine with every pool's state at the head. */
async function loadedEngine(): Promise<{ readonly engine: Engine; readonly book: PoolBook }> {
	const book = new PoolBook(client, pools);
	const engine = new Engine();
	engine.upsertPools(await book.load(await client.head()));
	return { engine, book };
}

interface Quoted {
	readonly state: TestedState;
	readonly zeroForOne: boolean;
	readonly amountIn: bigint;
	readonly amountOut: bigint;
	readonly hashes: { readonly swap: string; readonly tooMuch: string | null };
}

function part(random: Random, capacity: bigint, size: keyof typeof SIZES): bigint {
	const share = BigInt(Math.round(random.logUniform(SIZES[size].low, SIZES[size].high) * 1e15));
	return (capacity * share) / 10n ** 15n + 1n;
}

/** A random share of what the pool can take. */
/** The families whose swaps this test makes by itself. */
type TestedState = UniswapV2PoolState | UniswapV3PoolState;

function isTested(state: PoolState): state is TestedState {
	return state.family === "uniswap-v2" || state.family === "uniswap-v3";
}

function inputFor(
	engine: Engine,
	of: { readonly state: TestedState; readonly tokenIn: string; readonly size: keyof typeof SIZES },
): bigint {
	const { state } = of;
	if (state.family === "uniswap-v3") {
		const tick = state.tick + (of.tokenIn === state.token0 ? -REACH_TICKS : REACH_TICKS);
		const sqrtPriceLimitX96 = BigInt(Math.round(1.0001 ** (tick / 2) * 2 ** 96));
		return part(
			random,
			engine.swapV3({ pool: state.address, tokenIn: of.tokenIn, amountIn: 2n ** 127n, sqrtPriceLimitX96 }).amountIn,
			of.size,
		);
	}
	return part(random, BigInt(of.tokenIn === state.token0 ? state.reserve0 : state.reserve1), of.size);
}

async function send(from: string, to: string, data: string, gas: number): Promise<string> {
	return devnet.provider.send("eth_sendTransaction", [{ from, to, data, gas: `0x${gas.toString(16)}`, gasPrice: "0x174876e800" }]);
}

/** As the desk, which holds every token: pays the pair, asks for one unit more than the quote, then for the quote. */
async function swapPair(of: {
	readonly state: UniswapV2PoolState;
	readonly zeroForOne: boolean;
	readonly amountIn: bigint;
	readonly amountOut: bigint;
}) {
	const { desk } = devnet.deployment;
	const { state, zeroForOne, amountIn, amountOut } = of;
	const ask = (out: bigint): string => POOL_EVENTS.encodeFunctionData("swap", [zeroForOne ? 0n : out, zeroForOne ? out : 0n, desk, "0x"]);
	await send(desk, zeroForOne ? state.token0 : state.token1, ERC20.encodeFunctionData("transfer", [state.address, amountIn]), TRANSFER_GAS);
	const tooMuch = await send(desk, state.address, ask(amountOut + 1n), PAIR_GAS);
	return { tooMuch, swap: await send(desk, state.address, ask(amountOut), PAIR_GAS) };
}

async function swapPool(of: { readonly state: UniswapV3PoolState; readonly zeroForOne: boolean; readonly amountIn: bigint }) {
	const { state, zeroForOne, amountIn } = of;
	const limit = zeroForOne ? NO_LIMIT.zeroForOne : NO_LIMIT.oneForZero;
	const data = DESK.encodeFunctionData("swapV3", [state.address, zeroForOne, amountIn, limit]);
	return { tooMuch: null, swap: await send(devnetAccounts().market.address, devnet.deployment.desk, data, POOL_GAS) };
}

/** Mines until nothing waits. */
async function mineAll(): Promise<void> {
	do await devnet.provider.send("evm_mine", []);
	while ((await devnet.provider.send("txpool_status", [])).pending !== "0x0");
}

/** Quotes one swap in every pool at the head, performs them all, and gives back what was quoted. */
async function swapEverywhere(
	engine: Engine,
	of: { readonly book: PoolBook; readonly size: keyof typeof SIZES; readonly zeroForOne: boolean },
) {
	const quoted: Quoted[] = [];
	for (const state of of.book.states.filter(isTested)) {
		const { zeroForOne } = of;
		const tokenIn = zeroForOne ? state.token0 : state.token1;
		const amountIn = inputFor(engine, { state, tokenIn, size: of.size });
		const amountOut = engine.quote({ pool: state.address, tokenIn, amountIn });
		// A pair pays nothing for so little (UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT): there is no swap to compare with.
		if (state.family === "uniswap-v2" && amountOut === 0n) continue;
		const swap = { zeroForOne, amountIn, amountOut };
		const hashes = state.family === "uniswap-v2" ? await swapPair({ state, ...swap }) : await swapPool({ state, ...swap });
		quoted.push({ state, ...swap, hashes });
	}
	await mineAll();
	return quoted;
}

/** What the pool's own Swap event says that it took and paid, and where it left a V3 pool. */
async function paid(of: Quoted) {
	const receipt = await devnet.provider.getTransactionReceipt(of.hashes.swap);
	const events = of.state.family === "uniswap-v2" ? POOL_EVENTS : V3_EVENTS;
	const log = receipt?.logs.find((each) => each.address.toLowerCase() === of.state.address && events.parseLog(each) !== null);
	const args = log === undefined ? undefined : events.parseLog(log)?.args;
	if (args === undefined) throw new Error(`no Swap event of pool ${of.state.address} in ${of.hashes.swap}, status ${receipt?.status}`);
	if (of.state.family === "uniswap-v2") {
		const [amountIn, amountOut] = of.zeroForOne ? [args.amount0In, args.amount1Out] : [args.amount1In, args.amount0Out];
		return { amountIn: amountIn as bigint, amountOut: amountOut as bigint };
	}
	const [amount0, amount1] = [args.amount0 as bigint, args.amount1 as bigint];
	return {
		amountIn: of.zeroForOne ? amount0 : amount1,
		amountOut: of.zeroForOne ? -amount1 : -amount0,
		sqrtPriceX96: args.sqrtPriceX96 as bigint,
		liquidity: args.liquidity as bigint,
		tick: Number(args.tick),
	};
}

function crossings(state: TestedState, tickAfter: number): number {
	if (state.family !== "uniswap-v3") return 0;
	const [low, high] = [Math.min(state.tick, tickAfter), Math.max(state.tick, tickAfter)];
	return state.ticks.filter(([tick]) => tick > low && tick <= high).length;
}

describe(`quotes, seed ${seed}`, () => {
	let snapshot: unknown;
	beforeAll(async () => {
		const { provider, deployment } = devnet;
		snapshot = await provider.send("evm_snapshot", []);
		for (const account of [deployment.desk, devnetAccounts().market.address]) {
			await provider.send("anvil_impersonateAccount", [account]);
			await provider.send("anvil_setBalance", [account, "0xd3c21bcecceda1000000"]);
		}
	});
	afterAll(() => devnet.provider.send("evm_revert", [snapshot]));

	// The states go on from one case to the next, so that quotes are made on more than the seeded ones.
	it.each(
		(["small", "medium", "large"] as const).flatMap((size) =>
			[true, false, true, false].map((zeroForOne, round) => ({ size, zeroForOne, round })),
		),
	)("equal what every pool then pays for a $size input, token0 first: $zeroForOne (round $round)", async ({ size, zeroForOne }) => {
		const { engine, book } = await loadedEngine();
		using _ = engine;
		const quoted = await swapEverywhere(engine, { book, size, zeroForOne });
		const dexes = new Map<string, number>();
		let crossed = 0;
		for (const each of quoted) {
			const { state, amountIn, amountOut } = each;
			const tokenIn = zeroForOne ? state.token0 : state.token1;
			const expected = state.family === "uniswap-v3" ? engine.swapV3({ pool: state.address, tokenIn, amountIn }) : { amountIn, amountOut };
			const actual = await paid(each);
			expect(actual, `${amountIn} of ${tokenIn} in ${state.dex} pool ${state.address}`).toEqual({ ...expected, amountIn, amountOut });
			if (each.hashes.tooMuch !== null) {
				const more = await devnet.provider.getTransactionReceipt(each.hashes.tooMuch);
				expect(more?.status, `pair ${state.address} paid one unit more than the quote ${amountOut}`).toBe(0);
			}
			dexes.set(state.dex, (dexes.get(state.dex) ?? 0) + 1);
			if ("tick" in actual) crossed += crossings(state, actual.tick);
		}
		expect([...dexes.keys()].sort()).toEqual(["sushiswap-v2", "uniswap-v2", "uniswap-v3"]);
		expect(quoted.length).toBeGreaterThan(book.states.filter(isTested).length * 0.9);
		if (size === "large") expect(crossed).toBeGreaterThan((dexes.get("uniswap-v3") ?? 0) / 2);
	});
});

describe(`cycles, seed ${seed}`, () => {
	it("earn on the executor what the search predicted, to the wei, and not one unit more", async () => {
		const { chain, deployment } = devnet;
		let executed = 0;
		const lengths = new Set<number>();
		for (const moveBps of [60, 150, 300, -200, 500, 900]) {
			const snapshot = await devnet.provider.send("evm_snapshot", []);
			const gap = await devnet.openGap({ pool: random.pick(deployment.pools).address, moveBps });
			const { engine, book } = await loadedEngine();
			using _ = engine;
			const time = await nextTimestamp(client, book.block.hash);
			engine.setTime(time);
			const [loan] = await loanTerms(client, { lenders: [lender()], token: chain.wrappedNative, blockHash: book.block.hash });
			if (loan === undefined) throw new RangeError("the devnet has a lender");
			const liquidity = BigInt(loan.liquidity);
			const limit = BigInt(chain.limits.maxAmountIn);
			const cycles = engine.search({
				changedPools: [gap.pool],
				startTokens: chain.startTokens.map((token) => ({ token, maxAmountIn: liquidity < limit ? liquidity : limit })),
				maxHops: 3,
				limit: 12,
				overlapping: true,
			});
			for (const cycle of cycles) {
				const { amounts } = engine.quoteRoute(cycle.hops, cycle.amountIn);
				expect((amounts.at(-1) ?? 0n) - cycle.amountIn).toBe(cycle.grossProfit);
				const profit = cycle.grossProfit - loanFeeOn(cycle.amountIn, loanFeeOf(loan));
				const exact = await simulate(cycle, { amounts, minProfit: profit, book, time });
				expect(exact, cycle.hops.map((hop) => `${hop.dex} ${hop.pool}`).join(" > ")).toMatchObject({
					...{ ok: true, profit: profit.toString(), revertReason: null },
				});
				expect((await simulate(cycle, { amounts, minProfit: profit + 1n, book, time })).revertReason).toBe(
					`ProfitBelowMinimum(profit ${profit}, minProfit ${profit + 1n})`,
				);
				executed++;
				lengths.add(cycle.hops.length);
			}
			await devnet.provider.send("evm_revert", [snapshot]);
		}
		expect(executed).toBeGreaterThan(10);
		expect([...lengths].sort()).toEqual([2, 3]);
	});
});

/** One that no pool's lock excludes, as a Balancer V2 vault's own would. */
function lender(): Devnet["chain"]["lenders"][number] {
	const found = devnet.chain.lenders.find(({ kind }) => kind === "morpho-blue");
	if (found === undefined) throw new RangeError("the devnet has no Morpho");
	return found;
}

async function simulate(
	cycle: FoundCycle,
	of: { readonly amounts: readonly bigint[]; readonly minProfit: bigint; readonly book: PoolBook; readonly time: number },
) {
	const { chain } = devnet;
	const hops = cycle.hops.map((hop, i): PlannedHop => {
		const amount = (at: number): string => (of.amounts[at] ?? 0n).toString();
		const state = of.book.state(hop.pool);
		return { ...hop, family: state.family, ...executionFacts(state), amountIn: amount(i), amountOut: amount(i + 1) };
	});
	return simulateExecution(devnet.provider, {
		from: chain.operators[0] ?? "",
		executor: chain.executor,
		time: of.time,
		calldata: encodeExecute({
			planId: `0x${"0".repeat(64)}`,
			lender: lender().address,
			startToken: chain.wrappedNative,
			amountIn: cycle.amountIn,
			minProfit: of.minProfit,
			deadlineBlock: of.book.block.number + 10,
			hops,
		}),
	});
}
