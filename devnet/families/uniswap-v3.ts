import { keccak256 } from "ethers";
import { addressAt } from "../../market/protocols/abi-word.ts";
import { readArtifact } from "../artifacts.ts";
import { mainnetPools } from "../world.ts";
import { seedV3, v3Trading } from "./concentrated.ts";
import { contractOf, type DevnetDex, type PoolDraft } from "./dex.ts";

const NAME = "uniswap-v3";
/** Mainnet's tiers (`UniswapV3Factory.feeAmountTickSpacing`): its owner enabled the one of 0.01 % in November 2021, the published factory knows the other three. */
const TICK_SPACING: ReadonlyMap<number, number> = new Map([
	[100, 1],
	[500, 10],
	[3000, 60],
	[10_000, 200],
]);

/** Uniswap V3 with mainnet's pools. */
export const uniswapV3: DevnetDex = {
	name: NAME,
	family: "uniswap-v3",
	artifacts: ["uniswapV3Factory"],
	pools: [],
	deploy: async (chain) => {
		const factory = await chain.create("uniswapV3Factory");
		const { abi } = readArtifact("uniswapV3Factory");
		await chain.call(chain.accounts.deployer, factory, abi.encodeFunctionData("enableFeeAmount", [100, TICK_SPACING.get(100)]));
		return { factory };
	},

	plan: (world, contracts) => {
		const factory = contractOf(contracts, "factory");
		const { abi } = readArtifact("uniswapV3Factory");
		return mainnetPools(world, NAME).map(({ fact: { feePips }, ...pair }): PoolDraft => {
			const addresses = pair.tokens.map((token) => token.address);
			const tickSpacing = TICK_SPACING.get(feePips) ?? 0;
			return {
				create: (chain) => chain.call(chain.accounts.deployer, factory, abi.encodeFunctionData("createPool", [...addresses, feePips])),
				locate: async (chain) => ({
					...{ address: addressAt(await chain.read(factory, abi.encodeFunctionData("getPool", [...addresses, feePips])), 0), dex: NAME },
					...{ family: "uniswap-v3", tokens: addresses, feePips, tickSpacing, details: {} },
				}),
				seed: (chain, pool) => seedV3(chain, { desk: world.desk, pool: pool.address, pair, tickSpacing, mint: "uniswap-v3" }),
			};
		});
	},

	...v3Trading({ priceView: "slot0()" }),

	row: (contracts, [known]) => ({
		...{ factory: contractOf(contracts, "factory"), startBlock: 0 },
		...(known === undefined ? {} : { knownPool: { address: known.address, tokens: known.tokens, fee: known.feePips } }),
		derivation: { by: "init-code", salt: "tokens-fee", initCodeHash: keccak256(readArtifact("uniswapV3Pool").bytecode) },
	}),
};
