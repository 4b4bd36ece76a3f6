import { AbiCoder, concat, Interface, keccak256 } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import { addressAt } from "../../market/protocols/abi-word.ts";
import { type PoolArtifactName, readArtifact } from "../artifacts.ts";
import { type Sizing, sizedAs } from "../world.ts";
import { seedV3, v3Trading } from "./concentrated.ts";
import { contractOf, type DevnetDex, type DexContracts, type PoolDraft } from "./dex.ts";

const OWNER = new Interface(["function setFee(uint16 newFee)"]);
/** Of every pool, unless its owner sets another one. */
const TICK_SPACING = 60;
/** The word of the fee in `globalState()`. */
const FEE_WORD = 2;

/** As `AlgebraPoolDeployer.deploy` salts it. */
const row = (
	contracts: DexContracts,
	of: { readonly known: { readonly address: string; readonly tokens: readonly string[] } | undefined; readonly pool: PoolArtifactName },
) => ({
	...{ factory: contractOf(contracts, "factory"), poolDeployer: contractOf(contracts, "poolDeployer"), startBlock: 0 },
	...(of.known === undefined ? {} : { knownPool: { address: of.known.address, tokens: of.known.tokens } }),
	derivation: { by: "init-code", salt: "tokens", initCodeHash: keccak256(readArtifact(of.pool).bytecode) },
});

const V1_NAME = "algebra-v1";
/** `AlgebraFactory.baseFeeConfiguration`: a pool begins with its least fee. */
const V1_FEE_PIPS = 100;

/**
 * `AlgebraFactory.POOL_INIT_CODE_HASH`: that of the pool as the optimiser leaves it. The package has the pool as compiled for tests, whose hash must stand
 * here instead: the factory tells a pool's fee contract the address that follows from it, and no other may report to that contract.
 */
const V1_OPTIMISED_POOL_HASH = "6ec6c9c8091d160c0aa74b2b14ba9c1717e95093bd3ac085cee99a49aab294a4";

function v1FactoryCode(poolDeployer: string, vault: string): string {
	const { bytecode } = readArtifact("algebraFactory");
	if (!bytecode.includes(V1_OPTIMISED_POOL_HASH)) {
		const message =
			"Algebra's factory has no constant with the hash that is known of its pool: it is another version; see devnet/families/algebra.ts";
		throw new ArbError({ code: "dependency_missing", message, retryable: false });
	}
	const hash = keccak256(readArtifact("algebraPool").bytecode).slice(2);
	return concat([
		bytecode.replace(V1_OPTIMISED_POOL_HASH, hash),
		AbiCoder.defaultAbiCoder().encode(["address", "address"], [poolDeployer, vault]),
	]);
}

const V1_POOLS: readonly Sizing[] = [
	{ dex: "sushiswap-v2", feePips: 3000, tokens: ["USDC", "WETH"], share: 0.5 },
	{ dex: "sushiswap-v2", feePips: 3000, tokens: ["WETH", "USDT"], share: 0.5 },
	{ dex: "sushiswap-v2", feePips: 3000, tokens: ["WBTC", "WETH"], share: 0.3 },
	{ dex: "sushiswap-v2", feePips: 3000, tokens: ["LINK", "WETH"], share: 1 },
	{ dex: "uniswap-v3", feePips: 3000, tokens: ["MKR", "WETH"], share: 0.2 },
];

/** Algebra V1: the fee follows the volatility that the pool itself records. */
export const algebraV1: DevnetDex = {
	name: V1_NAME,
	family: "algebra-v1",
	artifacts: ["algebraPoolDeployer", "algebraFactory"],
	pools: V1_POOLS,
	deploy: async (chain) => {
		const { deployer } = chain.accounts;
		const poolDeployer = await chain.create("algebraPoolDeployer");
		const factory = await chain.createCode({ what: "algebraFactory", code: v1FactoryCode(poolDeployer, deployer.address) });
		await chain.call(deployer, poolDeployer, readArtifact("algebraPoolDeployer").abi.encodeFunctionData("setFactory", [factory]));
		return { factory, poolDeployer };
	},

	plan: (world, contracts) => {
		const factory = contractOf(contracts, "factory");
		const { abi } = readArtifact("algebraFactory");
		return V1_POOLS.map((sizing): PoolDraft => {
			const pair = sizedAs(world, sizing);
			const addresses = pair.tokens.map((token) => token.address);
			return {
				create: (chain) => chain.call(chain.accounts.deployer, factory, abi.encodeFunctionData("createPool", addresses)),
				locate: async (chain) => ({
					...{ address: addressAt(await chain.read(factory, abi.encodeFunctionData("poolByPair", addresses)), 0), dex: V1_NAME },
					...{ family: "algebra-v1", tokens: addresses, feePips: V1_FEE_PIPS, tickSpacing: TICK_SPACING, details: {} },
				}),
				seed: (chain, pool) => seedV3(chain, { desk: world.desk, pool: pool.address, pair, tickSpacing: TICK_SPACING, mint: "algebra" }),
			};
		});
	},

	...v3Trading({ priceView: "globalState()", feeWord: FEE_WORD }),
	row: (contracts, [known]) => row(contracts, { known, pool: "algebraPool" }),
};

const INTEGRAL_NAME = "algebra-integral";

const INTEGRAL_POOLS: readonly (Sizing & { readonly ownFee: number })[] = [
	{ dex: "uniswap-v3", feePips: 10_000, tokens: ["USDC", "WETH"], share: 0.6, ownFee: 500 },
	{ dex: "sushiswap-v2", feePips: 3000, tokens: ["DAI", "WETH"], share: 1, ownFee: 500 },
	{ dex: "uniswap-v3", feePips: 3000, tokens: ["AAVE", "WETH"], share: 0.4, ownFee: 3000 },
	{ dex: "uniswap-v3", feePips: 3000, tokens: ["UNI", "WETH"], share: 0.05, ownFee: 3000 },
	{ dex: "uniswap-v3", feePips: 3000, tokens: ["WETH", "CRV"], share: 0.3, ownFee: 1500 },
];

/** Algebra Integral without plugins: the fee is what the factory's owner sets for the pool. */
export const algebraIntegral: DevnetDex = {
	name: INTEGRAL_NAME,
	family: "algebra-integral",
	artifacts: ["integralPoolDeployer", "integralFactory"],
	pools: INTEGRAL_POOLS,
	deploy: async (chain) => {
		// Each must know of the other when it is created.
		const poolDeployer = await chain.create("integralPoolDeployer", [chain.nextAddress(1)]);
		const factory = await chain.create("integralFactory", [poolDeployer]);
		return { factory, poolDeployer };
	},

	plan: (world, contracts) => {
		const factory = contractOf(contracts, "factory");
		const { abi } = readArtifact("integralFactory");
		return INTEGRAL_POOLS.map(({ ownFee, ...sizing }): PoolDraft => {
			const pair = sizedAs(world, sizing);
			const addresses = pair.tokens.map((token) => token.address);
			return {
				create: (chain) => chain.call(chain.accounts.deployer, factory, abi.encodeFunctionData("createPool", [...addresses, "0x"])),
				locate: async (chain) => ({
					...{ address: addressAt(await chain.read(factory, abi.encodeFunctionData("poolByPair", addresses)), 0), dex: INTEGRAL_NAME },
					...{ family: "algebra-integral", tokens: addresses, feePips: ownFee, tickSpacing: TICK_SPACING, details: {} },
				}),
				seed: async (chain, pool) => {
					await seedV3(chain, { desk: world.desk, pool: pool.address, pair, tickSpacing: TICK_SPACING, mint: "algebra" });
					await chain.call(chain.accounts.deployer, pool.address, OWNER.encodeFunctionData("setFee", [ownFee]));
				},
			};
		});
	},

	...v3Trading({ priceView: "globalState()", feeWord: FEE_WORD }),
	row: (contracts, [known]) => row(contracts, { known, pool: "integralPool" }),
};
