import { AbiCoder, getCreateAddress, Interface, toBeHex, ZeroAddress } from "ethers";

import { uintAt } from "../../market/protocols/abi-word.ts";
import { type ArtifactName, readArtifact } from "../artifacts.ts";
import { type DeployedPool, textDetail } from "../deployed-pool.ts";
import { approval, deskInterface, perform } from "../desk.ts";
import type { Swap } from "../market-model.ts";
import type { World } from "../world.ts";
import { contractOf, type Deploying, type DevnetDex, type DexContracts, type PoolDraft, towards } from "./dex.ts";
import {
	listAt,
	type StableSpec,
	type Stake,
	stablePrices,
	stableStakes,
	type WeightedSpec,
	wad,
	weightedPrices,
	weightedStakes,
} from "./pool-curves.ts";

const VERSION = JSON.stringify({ name: "devnet", version: 1 });
/** Highest shares of yield and of assets under management that governance may ask for; it asks for none. */
const MAX_PROTOCOL_SHARE = wad(0.5);
/** The factories create two contracts that hold the pools' creation code first (`BaseSplitCodeFactory`). */
const FIRST_POOL_NONCE = 3;
/** `WeightedPoolUserData.JoinKind.INIT` and `StablePoolUserData.JoinKind.INIT`. */
const INIT = 0;
/** Words of the answer to `getPoolTokens` that tell where its lists are. */
const TOKENS = 0;
const BALANCES = 1;
const WITHOUT_LIMIT = 2n ** 256n - 1n;

const POOL = new Interface([
	"function getPoolId() view returns (bytes32)",
	"function getNormalizedWeights() view returns (uint256[])",
	"function getAmplificationParameter() view returns (uint256 value, bool isUpdating, uint256 precision)",
	"function getScalingFactors() view returns (uint256[])",
]);

/**
 * Sizes of mainnet pools as recorded at block 24,407,242 (BowTiedDevil/degenbot, MIT): USDC/WETH 0x96646936b91d6B9D7D0c47C496AfBF3D6ec7B6f8, its DAI/WETH
 * and its BAL/WETH of 80 and 20 %, whose shape and WETH AAVE/WETH has here. The weights of three tokens are those of its APU/PEPE/SPX.
 */
const WEIGHTED: readonly WeightedSpec[] = [
	{ weights: { USDC: 0.5, WETH: 0.5 }, feePips: 3000, size: { symbol: "WETH", balance: 42.48486583643236 } },
	{ weights: { DAI: 0.4, WETH: 0.6 }, feePips: 500, size: { symbol: "WETH", balance: 45.71490232636404 } },
	{ weights: { AAVE: 0.8, WETH: 0.2 }, feePips: 10_000, size: { symbol: "WETH", balance: 605.0070021633179 } },
	{
		...{ weights: { USDC: 0.3333, WBTC: 0.3333, WETH: 0.3334 }, feePips: 3000 },
		size: { dex: "sushiswap-v2", feePips: 3000, tokens: ["WBTC", "WETH"], share: 0.1 },
	},
	{ weights: { sUSD: 0.5, WETH: 0.5 }, feePips: 3000, size: { dex: "uniswap-v2", feePips: 3000, tokens: ["sUSD", "WETH"], share: 1 } },
];

/**
 * Amplification and fee are those of mainnet's bb-s-USD and TUSD BSP in the same record; sizes a hundredth of mainnet's Uniswap V2 pair of USDC and USDT: so
 * amplified, more could not be moved.
 */
const STABLE: readonly StableSpec[] = [
	{
		...{ tokens: ["DAI", "USDC", "USDT"], amplification: 2000, feePips: 50 },
		size: { dex: "uniswap-v2", feePips: 3000, tokens: ["USDC", "USDT"], share: 0.01 },
	},
	{
		...{ tokens: ["USDC", "USDT"], amplification: 600, feePips: 300 },
		size: { dex: "uniswap-v2", feePips: 3000, tokens: ["USDC", "USDT"], share: 0.01 },
	},
];

/** Weighted pools of Balancer V2, third generation (2023). */
export const balancerV2Weighted: DevnetDex = {
	...inVault({ name: "balancer-v2-weighted", factory: "balancerV2WeightedFactory" }),
	pools: WEIGHTED,
	plan: (world, contracts) =>
		WEIGHTED.map((spec, index) => {
			const stakes = weightedStakes(world, spec);
			const none = stakes.map(() => ZeroAddress);
			return draft(world, {
				...{ name: "balancer-v2-weighted", index, factory: contractOf(contracts, "factory"), feePips: spec.feePips, stakes },
				data: (owner) =>
					readArtifact("balancerV2WeightedFactory").abi.encodeFunctionData("create", [
						...nameAndSymbol(stakes),
						...[stakes.map(({ token }) => token.address), stakes.map(({ weight }) => weight), none, wad(spec.feePips / 1e6), owner],
					]),
			});
		}),
	views: (pool) => [tokensView(pool), { to: pool.address, data: POOL.encodeFunctionData("getNormalizedWeights") }],
	observe: (pool, [held = "0x", weights = "0x"]) =>
		weightedPrices({ tokens: pool.tokens, balances: listAt(held, BALANCES), weights: listAt(weights, 0), feePips: pool.feePips }),
};

/** Composable stable pools of Balancer V2, third generation (2023): the pool's own token is one of its tokens. */
export const balancerV2Stable: DevnetDex = {
	...inVault({ name: "balancer-v2-stable", factory: "balancerV2StableFactory" }),
	pools: STABLE,
	plan: (world, contracts) =>
		STABLE.map((spec, index) => {
			const stakes = stableStakes(world, spec);
			return draft(world, {
				...{ name: "balancer-v2-stable", index, factory: contractOf(contracts, "factory"), feePips: spec.feePips, stakes },
				data: (owner) =>
					readArtifact("balancerV2StableFactory").abi.encodeFunctionData("create", [
						...nameAndSymbol(stakes),
						...[stakes.map(({ token }) => token.address), spec.amplification, stakes.map(() => ZeroAddress), stakes.map(() => 0)],
						...[stakes.map(() => false), wad(spec.feePips / 1e6), owner],
					]),
			});
		}),
	views: (pool) => [
		tokensView(pool),
		{ to: pool.address, data: POOL.encodeFunctionData("getAmplificationParameter") },
		{ to: pool.address, data: POOL.encodeFunctionData("getScalingFactors") },
	],
	observe: (pool, [held = "0x", amplification = "0x", factors = "0x"]) => {
		const { tokens } = pool;
		const balances = listAt(held, BALANCES);
		const scales = listAt(factors, 0).map((factor) => Number(factor) / 1e36);
		const traded = <T>(items: readonly T[]): readonly T[] => items.filter((_, i) => tokens[i] !== pool.address);
		const ann = (Number(uintAt(amplification, 0)) / Number(uintAt(amplification, 2))) * (tokens.length - 1);
		const { feePips } = pool;
		return stablePrices({ tokens: traded(tokens), balances: traded(balances), scales: traded(scales), ann, feePips, feeOf: "input" });
	},
};

/** What both kinds of pools have in common: the vault holds, joins and swaps. */
function inVault(of: { readonly name: string; readonly factory: ArtifactName }) {
	return {
		...{ name: of.name, family: of.name, artifacts: ["protocolFeeProvider", of.factory] as const, swap, trade: towards(swap) },
		deploy: async (chain: Deploying, { vault }: World) => {
			const fees = await chain.create("protocolFeeProvider", [vault, MAX_PROTOCOL_SHARE, MAX_PROTOCOL_SHARE]);
			return { vault, factory: await chain.create(of.factory, [vault, fees, VERSION, VERSION]) };
		},
		row: (contracts: DexContracts) => ({ factory: contractOf(contracts, "factory"), vault: contractOf(contracts, "vault"), startBlock: 0 }),
	};
}

function swap(pool: DeployedPool, { tokenIn, tokenOut, amountIn }: Swap): string {
	const place = [textDetail(pool, "vault"), textDetail(pool, "poolId")];
	return deskInterface().encodeFunctionData("swapBalancerV2", [...place, tokenIn, tokenOut, amountIn]);
}

function draft(
	world: World,
	of: {
		readonly name: string;
		/** Of the pool among those of its factory. */
		readonly index: number;
		readonly factory: string;
		readonly feePips: number;
		readonly stakes: readonly Stake[];
		/** The call of the factory that creates the pool. */
		readonly data: (owner: string) => string;
	},
): PoolDraft {
	const { vault, desk } = world;
	const { abi } = readArtifact("vault");
	return {
		create: (chain) => chain.call(chain.accounts.deployer, of.factory, of.data(chain.accounts.deployer.address)),
		locate: async (chain) => {
			const address = getCreateAddress({ from: of.factory, nonce: FIRST_POOL_NONCE + of.index }).toLowerCase();
			const poolId = await chain.read(address, POOL.encodeFunctionData("getPoolId"));
			const held = await chain.read(vault, abi.encodeFunctionData("getPoolTokens", [poolId]));
			const tokens = listAt(held, TOKENS).map((word) => toBeHex(word, 20));
			return { address, family: of.name, dex: of.name, tokens, feePips: of.feePips, tickSpacing: 0, details: { vault, poolId } };
		},
		seed: async (chain, pool) => {
			const approvals = of.stakes.map(({ token, amount }) => approval({ token: token.address, spender: vault, amount }));
			// Of its own token a composable pool mints to itself what it likes, whatever it is told.
			const amounts = pool.tokens.map((token) => of.stakes.find((stake) => stake.token.address === token)?.amount ?? 0n);
			const limits = pool.tokens.map(() => WITHOUT_LIMIT);
			const init = AbiCoder.defaultAbiCoder().encode(["uint256", "uint256[]"], [INIT, amounts]);
			const join = abi.encodeFunctionData("joinPool", [textDetail(pool, "poolId"), desk, desk, [pool.tokens, limits, init, false]]);
			await chain.call(chain.accounts.market, desk, perform([...approvals, { to: vault, data: join }]));
		},
	};
}

function nameAndSymbol(stakes: readonly Stake[]): readonly [string, string] {
	const symbols = stakes.map(({ token }) => token.symbol);
	return [`Balancer ${symbols.join(" ")}`, `B-${symbols.join("-")}`];
}

function tokensView(pool: DeployedPool) {
	return {
		to: textDetail(pool, "vault"),
		data: readArtifact("vault").abi.encodeFunctionData("getPoolTokens", [textDetail(pool, "poolId")]),
	};
}
