import { keccak256 } from "ethers";
import { addressAt } from "../../market/protocols/abi-word.ts";
import { readArtifact } from "../artifacts.ts";
import { type Sizing, sizedAs } from "../world.ts";
import { seedV3, v3Trading } from "./concentrated.ts";
import { contractOf, type DevnetDex, type PoolDraft } from "./dex.ts";

const NAME = "pancakeswap-v3";
const FAMILY = "pancake-v3";

/** `PancakeV3Factory.feeAmountTickSpacing`, as its constructor sets it. */
const TICK_SPACING = { 100: 1, 500: 10, 2500: 50, 10000: 200 } as const;

const POOLS: readonly (Sizing & { readonly tier: keyof typeof TICK_SPACING })[] = [
	{ dex: "uniswap-v3", feePips: 10_000, tokens: ["USDC", "WETH"], share: 1, tier: 500 },
	{ dex: "sushiswap-v2", feePips: 3000, tokens: ["WETH", "USDT"], share: 1, tier: 2500 },
	{ dex: "sushiswap-v2", feePips: 3000, tokens: ["WBTC", "WETH"], share: 0.5, tier: 500 },
	{ dex: "uniswap-v3", feePips: 3000, tokens: ["LINK", "WETH"], share: 0.05, tier: 2500 },
	{ dex: "uniswap-v3", feePips: 3000, tokens: ["UNI", "WETH"], share: 0.1, tier: 10_000 },
	{ dex: "uniswap-v3", feePips: 100, tokens: ["USDC", "USDT"], share: 0.0001, tier: 100 },
];

/** PancakeSwap V3: a factory whose pools another contract creates. */
export const pancakeV3: DevnetDex = {
	name: NAME,
	family: FAMILY,
	artifacts: ["pancakePoolDeployer", "pancakePool", "pancakeFactory"],
	pools: POOLS,
	deploy: async (chain) => {
		const deployerAbi = readArtifact("pancakePoolDeployer").abi;
		const poolDeployer = await chain.create("pancakePoolDeployer", [readArtifact("pancakePool").bytecode]);
		const factory = await chain.create("pancakeFactory", [poolDeployer]);
		await chain.call(chain.accounts.deployer, poolDeployer, deployerAbi.encodeFunctionData("setFactoryAddress", [factory]));
		return { factory, poolDeployer };
	},

	plan: (world, contracts) => {
		const factory = contractOf(contracts, "factory");
		const { abi } = readArtifact("pancakeFactory");
		return POOLS.map(({ tier: feePips, ...sizing }): PoolDraft => {
			const pair = sizedAs(world, sizing);
			const addresses = pair.tokens.map((token) => token.address);
			const tickSpacing = TICK_SPACING[feePips];
			return {
				create: (chain) => chain.call(chain.accounts.deployer, factory, abi.encodeFunctionData("createPool", [...addresses, feePips])),
				locate: async (chain) => ({
					...{ address: addressAt(await chain.read(factory, abi.encodeFunctionData("getPool", [...addresses, feePips])), 0), dex: NAME },
					...{ family: FAMILY, tokens: addresses, feePips, tickSpacing, details: {} },
				}),
				seed: (chain, pool) => seedV3(chain, { desk: world.desk, pool: pool.address, pair, tickSpacing, mint: "uniswap-v3" }),
			};
		});
	},

	...v3Trading({ priceView: "slot0()" }),

	row: (contracts, [known]) => ({
		...{ factory: contractOf(contracts, "factory"), poolDeployer: contractOf(contracts, "poolDeployer"), startBlock: 0 },
		...(known === undefined ? {} : { knownPool: { address: known.address, tokens: known.tokens, fee: known.feePips } }),
		derivation: { by: "init-code", salt: "tokens-fee", initCodeHash: keccak256(readArtifact("pancakePool").bytecode) },
	}),
};
