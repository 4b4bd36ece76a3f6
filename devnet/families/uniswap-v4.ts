import { AbiCoder, Interface, keccak256, toBeHex, ZeroAddress, zeroPadValue } from "ethers";
import { uintAt } from "../../market/protocols/abi-word.ts";
import { readArtifact } from "../artifacts.ts";
import { type DeployedPool, textDetail } from "../deployed-pool.ts";
import { perform } from "../desk.ts";
import { type SeededPair, type Sizing, sizedAs, type World } from "../world.ts";
import { limitTowards, positionsAround, priceSeen, sqrtPriceX96, UNBOUNDED_INPUT, withoutLimit } from "./concentrated.ts";
import { contractOf, type DevnetDex, type PoolDraft } from "./dex.ts";

const NAME = "uniswap-v4";
const CODER = AbiCoder.defaultAbiCoder();
const KEY = ["address", "address", "uint24", "int24", "address"] as const;
const EXTSLOAD = new Interface(["function extsload(bytes32 slot) view returns (bytes32)"]);

/** The fee and the spacing of a pool's key are free; these are those of Uniswap V3's tiers. */
const POOLS: readonly (Sizing & { readonly fee: number; readonly tickSpacing: number; readonly isNative: boolean })[] = [
	{ dex: "uniswap-v3", feePips: 10_000, tokens: ["USDC", "WETH"], share: 2, fee: 500, tickSpacing: 10, isNative: true },
	{ dex: "sushiswap-v2", feePips: 3000, tokens: ["WETH", "USDT"], share: 0.8, fee: 3000, tickSpacing: 60, isNative: true },
	{ dex: "sushiswap-v2", feePips: 3000, tokens: ["WBTC", "WETH"], share: 0.8, fee: 3000, tickSpacing: 60, isNative: true },
	{ dex: "uniswap-v3", feePips: 3000, tokens: ["LINK", "WETH"], share: 0.02, fee: 3000, tickSpacing: 60, isNative: false },
	{ dex: "uniswap-v3", feePips: 3000, tokens: ["COMP", "WETH"], share: 0.05, fee: 10_000, tickSpacing: 200, isNative: false },
	{ dex: "uniswap-v3", feePips: 500, tokens: ["WBTC", "USDC"], share: 0.8, fee: 500, tickSpacing: 10, isNative: false },
	{ dex: "uniswap-v3", feePips: 100, tokens: ["DAI", "USDC"], share: 0.0001, fee: 100, tickSpacing: 1, isNative: false },
];

/** A pool's key (`PoolKey`). Currency zero is the native coin, which sorts before every token. */
interface PoolKey {
	readonly currency0: string;
	readonly currency1: string;
	readonly fee: number;
	readonly tickSpacing: number;
	readonly hooks: string;
}

const keyWords = (key: PoolKey): readonly unknown[] => [key.currency0, key.currency1, key.fee, key.tickSpacing, key.hooks];

function keyOf(pool: DeployedPool): PoolKey {
	const [currency0, currency1, hooks] = [textDetail(pool, "currency0"), textDetail(pool, "currency1"), textDetail(pool, "hooks")];
	return { currency0, currency1, fee: Number(pool.details.fee), tickSpacing: pool.tickSpacing, hooks };
}

/** A pair whose wrapped native coin is the native one: as currency it sorts first, so price and order may be the other way round. */
function withNative(world: World, pair: SeededPair): SeededPair {
	const [a, b] = pair.tokens;
	if (a.address === world.weth) return pair;
	return { tokens: [b, a], price: 1 / pair.price, liquidity: pair.liquidity };
}

/** Slots of a pool's state in the manager (`StateLibrary`): `slot0`, and three further on the liquidity in range. */
function stateSlots(poolId: string): { readonly slot0: string; readonly liquidity: string } {
	const first = BigInt(keccak256(CODER.encode(["bytes32", "uint256"], [poolId, 6])));
	return { slot0: toBeHex(first, 32), liquidity: toBeHex(BigInt.asUintN(256, first + 3n), 32) };
}

/** Calls of the manager between unlocking it and paying what they leave open. */
function unlocked(pool: Pick<PoolKey, "currency0" | "currency1">, of: { readonly manager: string; readonly calls: readonly string[] }) {
	const data = CODER.encode(["bytes[]", "address[]"], [of.calls, [pool.currency0, pool.currency1]]);
	return { to: of.manager, data: readArtifact("v4PoolManager").abi.encodeFunctionData("unlock", [data]) };
}

/** As Uniswap V3's `swap`, but for the sign: an exact input is negative. */
function swapIn(pool: DeployedPool, of: { readonly zeroForOne: boolean; readonly amountIn: bigint; readonly limit: bigint }): string {
	const key = keyOf(pool);
	const { abi } = readArtifact("v4PoolManager");
	const swap = abi.encodeFunctionData("swap", [keyWords(key), [of.zeroForOne, -of.amountIn, of.limit], "0x"]);
	return perform([unlocked(key, { manager: textDetail(pool, "manager"), calls: [swap] })]);
}

/** Uniswap V4 without hooks: one manager holds every pool, with and without the native coin. */
export const uniswapV4: DevnetDex = {
	name: NAME,
	family: "uniswap-v4",
	artifacts: ["v4PoolManager"],
	pools: POOLS,
	deploy: async (chain) => ({ manager: await chain.create("v4PoolManager", [chain.accounts.deployer.address]) }),

	plan: (world, contracts) => {
		const manager = contractOf(contracts, "manager");
		const { abi } = readArtifact("v4PoolManager");
		return POOLS.map(({ fee, tickSpacing, isNative, ...sizing }): PoolDraft => {
			const sized = sizedAs(world, sizing);
			const pair = isNative ? withNative(world, sized) : sized;
			const [currency0, currency1] = pair.tokens.map(({ address }) => (isNative && address === world.weth ? ZeroAddress : address));
			const key: PoolKey = { currency0: currency0 ?? "", currency1: currency1 ?? "", fee, tickSpacing, hooks: ZeroAddress };
			const address = keccak256(CODER.encode(KEY, keyWords(key)));
			return {
				create: (chain) =>
					chain.call(chain.accounts.deployer, manager, abi.encodeFunctionData("initialize", [keyWords(key), sqrtPriceX96(pair.price)])),
				locate: async () => ({
					...{ address, family: "uniswap-v4", dex: NAME, tokens: pair.tokens.map((token) => token.address), feePips: fee, tickSpacing },
					details: { manager, currency0: key.currency0, currency1: key.currency1, fee, hooks: key.hooks },
				}),
				seed: async (chain) => {
					const calls = positionsAround(pair, tickSpacing).map(({ tickLower, tickUpper, liquidity }) =>
						abi.encodeFunctionData("modifyLiquidity", [keyWords(key), [tickLower, tickUpper, liquidity, zeroPadValue("0x", 32)], "0x"]),
					);
					await chain.call(chain.accounts.market, world.desk, perform([unlocked(key, { manager, calls })]));
				},
			};
		});
	},

	views: (pool) => {
		const [to, slots] = [textDetail(pool, "manager"), stateSlots(pool.address)];
		return [slots.slot0, slots.liquidity].map((slot) => ({ to, data: EXTSLOAD.encodeFunctionData("extsload", [slot]) }));
	},
	observe: (pool, [slot0 = "0x", liquidity = "0x"]) => [
		priceSeen(pool, {
			// Below tick and fees, which fill the word.
			sqrtPriceX96: BigInt.asUintN(160, uintAt(slot0, 0)),
			liquidity: BigInt.asUintN(128, uintAt(liquidity, 0)),
		}),
	],
	swap: (pool, { tokenIn, amountIn }) => swapIn(pool, { ...withoutLimit(pool, tokenIn), amountIn }),
	trade: (pool, of) => swapIn(pool, { ...limitTowards(of), amountIn: UNBOUNDED_INPUT }),

	row: (contracts) => ({ vault: contractOf(contracts, "manager"), startBlock: 0 }),
};
