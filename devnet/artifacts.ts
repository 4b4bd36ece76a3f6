import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Interface, type InterfaceAbi } from "ethers";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";

/** Published artifacts give the bytecode as hex, with or without 0x, alone or as `{ object }`. */
const hexCode = z.string().transform((text) => (text.startsWith("0x") ? text : `0x${text}`));
const bytecodeSchema = z.union([hexCode, z.object({ object: hexCode }).transform((code) => code.object)]);
const artifactSchema = z.object({ abi: z.custom<InterfaceAbi>((value) => Array.isArray(value)), bytecode: bytecodeSchema });

export interface Artifact {
	readonly abi: Interface;
	readonly bytecode: string;
}

const SOURCES = {
	weth: "canonical-weth/build/contracts/WETH9.json",
	uniswapV2Factory: "@uniswap/v2-core/build/UniswapV2Factory.json",
	uniswapV3Factory: "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json",
	authorizer: "@balancer-labs/v2-deployments/dist/tasks/20210418-authorizer/artifact/Authorizer.json",
	vault: "@balancer-labs/v2-deployments/dist/tasks/20210418-vault/artifact/Vault.json",
	sushiFactory: "./artifacts/UniswapV2Factory.sushi.json",
	pancakePoolDeployer: "./artifacts/PancakePoolDeployer.json",
	pancakeFactory: "@pancakeswap/v3-core/artifacts/contracts/PancakeV3Factory.sol/PancakeV3Factory.json",
	algebraPoolDeployer: "@cryptoalgebra/core/artifacts/contracts/AlgebraPoolDeployer.sol/AlgebraPoolDeployer.json",
	algebraFactory: "@cryptoalgebra/core/artifacts/contracts/AlgebraFactory.sol/AlgebraFactory.json",
	integralPoolDeployer: "./artifacts/AlgebraPoolDeployer.integral.json",
	integralFactory: "./artifacts/AlgebraFactory.integral.json",
	v4PoolManager: "./artifacts/PoolManager.v4.json",
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
		return { abi: new Interface(artifact.abi), bytecode: artifact.bytecode };
	} catch (error) {
		throw new ArbError({
			code: "dependency_missing",
			message: `contract ${name} (${ALL_SOURCES[name]}) cannot be read: ${messageOf(error)}; run npm ci`,
			retryable: false,
			cause: error,
		});
	}
}
