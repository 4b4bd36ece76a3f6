import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Interface, type InterfaceAbi } from "ethers";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";

/** Published artifacts give the bytecode as hex, with or without 0x, alone or as `{ object }`. */
const hexCode = z.string().transform((text) => (text.startsWith("0x") ? text : `0x${text}`));
const bytecodeSchema = z.union([hexCode, z.object({ object: hexCode }).transform((code) => code.object)]);
/** By source file and library: where in the bytecode its address belongs, in bytes. */
const linksSchema = z.record(z.string(), z.record(z.string(), z.array(z.object({ start: z.int(), length: z.literal(20) }))));
const artifactSchema = z.object({
	abi: z.custom<InterfaceAbi>((value) => Array.isArray(value)),
	bytecode: bytecodeSchema,
	linkReferences: linksSchema.default({}),
});

export interface Artifact {
	readonly abi: Interface;
	/** Where libraries are to be linked, {@link linkedCode} gives what can be deployed. */
	readonly bytecode: string;
	readonly links: z.output<typeof linksSchema>;
}

const BALANCER_V2 = "@balancer-labs/v2-deployments/dist/tasks";
/** Fetched by the set-up: nobody may hand it on (`docs/THIRD_PARTY.md`). */
const CURVE = "../.cache/contracts/set-protocol-v2-0.1.16/external/abi/curve";

const SOURCES = {
	weth: "canonical-weth/build/contracts/WETH9.json",
	uniswapV2Factory: "@uniswap/v2-core/build/UniswapV2Factory.json",
	uniswapV3Factory: "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json",
	authorizer: `${BALANCER_V2}/20210418-authorizer/artifact/Authorizer.json`,
	vault: `${BALANCER_V2}/20210418-vault/artifact/Vault.json`,
	sushiFactory: "./artifacts/UniswapV2Factory.sushi.json",
	pancakePoolDeployer: "./artifacts/PancakePoolDeployer.json",
	pancakeFactory: "@pancakeswap/v3-core/artifacts/contracts/PancakeV3Factory.sol/PancakeV3Factory.json",
	algebraPoolDeployer: "@cryptoalgebra/core/artifacts/contracts/AlgebraPoolDeployer.sol/AlgebraPoolDeployer.json",
	algebraFactory: "@cryptoalgebra/core/artifacts/contracts/AlgebraFactory.sol/AlgebraFactory.json",
	integralPoolDeployer: "./artifacts/AlgebraPoolDeployer.integral.json",
	integralFactory: "./artifacts/AlgebraFactory.integral.json",
	v4PoolManager: "./artifacts/PoolManager.v4.json",
	protocolFeeProvider: `${BALANCER_V2}/20220725-protocol-fee-percentages-provider/artifact/ProtocolFeePercentagesProvider.json`,
	balancerV2WeightedFactory: `${BALANCER_V2}/20230206-weighted-pool-v3/artifact/WeightedPoolFactory.json`,
	balancerV2StableFactory: `${BALANCER_V2}/20230206-composable-stable-pool-v3/artifact/ComposableStablePoolFactory.json`,
	balancerV3Vault: "./artifacts/balancer-v3/Vault.json",
	balancerV3VaultExtension: "./artifacts/balancer-v3/VaultExtension.json",
	balancerV3VaultAdmin: "./artifacts/balancer-v3/VaultAdmin.json",
	balancerV3Fees: "./artifacts/balancer-v3/ProtocolFeeController.json",
	balancerV3WeightedFactory: "./artifacts/balancer-v3/WeightedPoolFactory.json",
	balancerV3StableFactory: "./artifacts/balancer-v3/StablePoolFactory.json",
	curveRegistry: "./artifacts/CurveRegistry.json",
	curvePool: `${CURVE}/Stableswap.json`,
	curvePoolToken: `${CURVE}/CurvePoolERC20.json`,
	morphoBlue: "./artifacts/morpho-blue/Morpho.json",
	aaveAddressesProvider: "./artifacts/aave-v3/PoolAddressesProvider.json",
	aaveAclManager: "./artifacts/aave-v3/ACLManager.json",
	aavePool: "./artifacts/aave-v3/Pool.json",
	aavePoolConfigurator: "./artifacts/aave-v3/PoolConfigurator.json",
	aaveRateStrategy: "./artifacts/aave-v3/DefaultReserveInterestRateStrategy.json",
	aaveAToken: "./artifacts/aave-v3/AToken.json",
	aaveStableDebtToken: "./artifacts/aave-v3/StableDebtToken.json",
	aaveVariableDebtToken: "./artifacts/aave-v3/VariableDebtToken.json",
	aavePriceOracle: "./artifacts/aave-v3/PriceOracle.json",
	aaveBorrowLogic: "./artifacts/aave-v3/BorrowLogic.json",
	aaveBridgeLogic: "./artifacts/aave-v3/BridgeLogic.json",
	aaveConfiguratorLogic: "./artifacts/aave-v3/ConfiguratorLogic.json",
	aaveEModeLogic: "./artifacts/aave-v3/EModeLogic.json",
	aaveFlashLoanLogic: "./artifacts/aave-v3/FlashLoanLogic.json",
	aaveLiquidationLogic: "./artifacts/aave-v3/LiquidationLogic.json",
	aavePoolLogic: "./artifacts/aave-v3/PoolLogic.json",
	aaveSupplyLogic: "./artifacts/aave-v3/SupplyLogic.json",
	token: "./artifacts/DevToken.json",
	desk: "./artifacts/MarketDesk.json",
	searcher: "./artifacts/Searcher.json",
	executor: "../contracts/artifacts/ArbitrageExecutor.json",
	distributor: "../contracts/artifacts/RewardDistributor.json",
} as const;

/** What the factories create: their creation code decides where pools lie. */
const POOL_SOURCES = {
	uniswapV2Pair: "@uniswap/v2-core/build/UniswapV2Pair.json",
	sushiPair: "./artifacts/UniswapV2Pair.sushi.json",
	uniswapV3Pool: "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json",
	pancakePool: "@pancakeswap/v3-core/artifacts/contracts/PancakeV3Pool.sol/PancakeV3Pool.json",
	algebraPool: "@cryptoalgebra/core/artifacts/contracts/AlgebraPool.sol/AlgebraPool.json",
	integralPool: "./artifacts/AlgebraPool.integral.json",
} as const;

export type ArtifactName = keyof typeof SOURCES;
export type PoolArtifactName = keyof typeof POOL_SOURCES;
const ALL_SOURCES: Readonly<Record<ArtifactName | PoolArtifactName, string>> = { ...SOURCES, ...POOL_SOURCES };

const known = new Map<ArtifactName | PoolArtifactName, Artifact>();

/**
 * A compiled contract, read once per process.
 *
 * @throws ArbError `dependency_missing` that names the file
 */
export function readArtifact(name: ArtifactName | PoolArtifactName): Artifact {
	const artifact = known.get(name) ?? read(name);
	known.set(name, artifact);
	return artifact;
}

function read(name: ArtifactName | PoolArtifactName): Artifact {
	try {
		const artifact = artifactSchema.parse(JSON.parse(readFileSync(createRequire(import.meta.url).resolve(ALL_SOURCES[name]), "utf8")));
		return { abi: new Interface(artifact.abi), bytecode: artifact.bytecode, links: artifact.linkReferences };
	} catch (error) {
		throw new ArbError({
			code: "dependency_missing",
			message: `contract ${name} (${ALL_SOURCES[name]}) cannot be read: ${messageOf(error)}; run npm test once, which sets up what is missing`,
			retryable: false,
			cause: error,
		});
	}
}

/**
 * Creation code with the addresses of its libraries in place.
 *
 * @throws ArbError `not_found` that names a library without an address
 */
export function linkedCode(name: ArtifactName, libraries: Readonly<Record<string, string>>): string {
	const { bytecode, links } = readArtifact(name);
	let code = bytecode;
	for (const [library, places] of Object.values(links).flatMap(Object.entries<readonly { readonly start: number }[]>)) {
		const address = libraries[library];
		if (address === undefined) {
			throw new ArbError({
				code: "not_found",
				message: `contract ${name} needs library ${library}, which has no address`,
				retryable: false,
			});
		}
		for (const { start } of places) {
			const at = 2 + 2 * start;
			code = `${code.slice(0, at)}${address.slice(2)}${code.slice(at + 40)}`;
		}
	}
	return code;
}
