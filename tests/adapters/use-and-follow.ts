import { expect } from "vitest";
import { type ConcentratedState, type Pool, tokensOf } from "../../domain/pool.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { loadStates } from "../../market/protocols/families.ts";
import { differences } from "../../market/tripwire/difference.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import type { DeskChain } from "./desk-chain.ts";
import { burn, mint, type Range, swap, swapped, ticked } from "./liquidity.ts";

const ROUNDS = 14;
const REORG_DEPTH = 3;
/** Positions of Algebra Integral keep a distance that its tick table does not. */
const INTEGRAL_SPACING = 60;

/**
 * Uses pools of one family at random, block by block, and has a book follow by their logs: at every block, through a reorg too, it must equal a fresh load; each
 * block's first swap in a pool must pay what the engine quoted on the states before. Returns the fees that the pools had.
 */
export async function useAndFollow(
	chain: DeskChain,
	pools: readonly Pool[],
	random: () => number,
): Promise<{ readonly fees: ReadonlySet<string> }> {
	const { client, deployment } = chain;
	const below = (limit: number): number => Math.floor(random() * limit);
	using engine = new Engine();
	const book = new PoolBook(client, pools);
	await book.load(await chain.mine());
	const positions = new Map<string, (Range & { liquidity: bigint })[]>();
	const fees = new Set<string>();

	function randomSwap(state: ConcentratedState) {
		const zeroForOne = random() < 0.5;
		const root = Number(state.sqrtPriceX96) / 2 ** 96;
		const reserve = zeroForOne ? Number(state.liquidity) / root : Number(state.liquidity) * root;
		return { zeroForOne, amountIn: BigInt(Math.floor(reserve * 10 ** (-4.5 + 3 * random()))) + 1n };
	}

	async function addLiquidity(pool: Pool, list: (Range & { liquidity: bigint })[]): Promise<void> {
		const state = ticked(book.state(pool.address));
		const spacing = pool.family === "algebra-integral" ? INTEGRAL_SPACING : pool.tickSpacing;
		const lower = (Math.floor(state.tick / spacing) + below(40) - 30) * spacing;
		const position = { lower, upper: lower + (1 + below(30)) * spacing, liquidity: BigInt(state.liquidity) / BigInt(3 + below(1000)) + 1n };
		list.push(position);
		await chain.send(mint(pool, deployment.desk, position));
	}

	/** A half or all of a position: to burn nothing is refused where Uniswap V3 takes it. */
	async function takeLiquidity(pool: Pool, list: (Range & { liquidity: bigint })[]): Promise<void> {
		const position = list[below(list.length)];
		if (position === undefined) return;
		const liquidity = random() < 0.5 ? position.liquidity : position.liquidity / 2n + 1n;
		position.liquidity -= liquidity;
		if (position.liquidity === 0n) list.splice(list.indexOf(position), 1);
		await chain.send(burn(pool, { ...position, liquidity }));
	}

	async function act(pool: Pool): Promise<void> {
		const list = positions.get(pool.address) ?? [];
		positions.set(pool.address, list);
		const die = below(4);
		if (die < 2) await addLiquidity(pool, list);
		else if (die === 2) await takeLiquidity(pool, list);
		else await chain.send(swap(pool, deployment.desk, randomSwap(ticked(book.state(pool.address)))));
	}

	async function expectFresh(): Promise<void> {
		const fresh = await loadStates({ client, pools, blockHash: book.block.hash });
		for (const [i, pool] of pools.entries()) {
			const [kept, read] = [book.state(pool.address), fresh[i] ?? expect.fail(`${pool.address} was not read`)];
			expect(differences(kept, read), `${JSON.stringify(kept)} ${JSON.stringify(read)}`).toEqual([]);
			fees.add(JSON.stringify(["fee", "feeZto", "feeOtz", "lpFee"].map((field) => Reflect.get(kept, field))));
		}
	}

	for (let round = 0; round < ROUNDS; round++) {
		engine.upsertPools(book.states);
		const swaps: { readonly hash: string; readonly amountIn: bigint; readonly amountOut: bigint }[] = [];
		for (const pool of pools) {
			const asked = randomSwap(ticked(book.state(pool.address)));
			const [token0 = "", token1 = ""] = tokensOf(book.state(pool.address));
			const sides = asked.zeroForOne ? { tokenIn: token0, tokenOut: token1 } : { tokenIn: token1, tokenOut: token0 };
			const { amountIn } = asked;
			const amountOut = engine.quote({ pool: pool.address, ...sides, amountIn });
			swaps.push({ hash: await chain.send(swap(pool, deployment.desk, asked)), amountIn, amountOut });
		}
		for (const pool of pools) {
			for (let acts = below(4); acts > 0; acts--) await act(pool);
		}
		await chain.apply(book, await chain.mine());
		for (const { hash, ...amounts } of swaps) expect(swapped(await chain.logsOf(hash))).toEqual(amounts);
		await expectFresh();
	}

	const common = (await client.block(book.block.number - REORG_DEPTH)) ?? expect.fail("no such block");
	await chain.anvil.rpc.call("anvil_reorg", REORG_DEPTH, []);
	expect(await client.block(book.block.hash)).not.toMatchObject({ hash: (await client.head()).hash });
	expect(book.rollBack(common.hash)).not.toBe("unknown");
	await expectFresh();
	const head = await client.head();
	for (let number = common.number + 1; number <= head.number; number++) {
		await chain.apply(book, (await client.block(number)) ?? expect.fail(`no block ${number}`));
		await expectFresh();
	}
	// What was minted in blocks that are gone is not there to be burnt.
	positions.clear();
	for (let round = 0; round < 2; round++) {
		for (const pool of pools) await act(pool);
		await chain.apply(book, await chain.mine());
		await expectFresh();
	}
	return { fees };
}
