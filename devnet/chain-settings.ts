import { keccak256 } from "ethers";
import { type ChainConfig, parseChainConfig } from "../config/chain.ts";
import type { Keys } from "../config/keys.ts";
import { ArbError } from "../domain/errors.ts";
import { devnetAccounts } from "./accounts.ts";
import { DEVNET_CHAIN_ID } from "./anvil.ts";
import { type PoolArtifactName, readArtifact } from "./artifacts.ts";
import type { Deployment } from "./deployment.ts";

/** The signing keys that the system may use: operators and treasury, and none of the market's or the competitor's. */
export function devnetKeys(): Keys {
	const accounts = devnetAccounts();
	return { operators: accounts.operators.map((operator) => operator.privateKey), treasury: accounts.treasury.privateKey };
}

/** Share of the blocks that are built by the builder that sees bundles, in millionths. */
export const BUNDLE_INCLUSION_SHARE_PPM = 700_000;

/** Not measured: chosen so that plans use both relays, and labels of both kinds come about. In millionths. */
const PUBLIC_EXPOSURE_PPM = 68_000;

/** Enough that labels of both relays come about in an evening, in millionths. */
export const EXPLORATION_PPM = 100_000;

/** The chain's settings as the rest of the system reads them. */
export function devnetChainConfig(of: {
	readonly deployment: Deployment;
	readonly genesisHash: string;
	readonly rpcUrl: string;
	readonly relayUrl: string;
	readonly confirmationDepth: number;
	readonly explorationPpm: number;
	readonly isPendingWatched: boolean;
}): ChainConfig {
	const { deployment } = of;
	const accounts = devnetAccounts();
	const tokenAddress = (symbol: string): string[] =>
		deployment.tokens.filter((token) => token.symbol === symbol).map((token) => token.address);
	const knownPool = (dex: string): object => {
		const pool = deployment.pools.find((each) => each.dex === dex);
		if (pool === undefined) throw new ArbError({ code: "not_found", message: `the devnet has no pool of ${dex}`, retryable: false });
		const tokens = [pool.token0, pool.token1];
		return { address: pool.address, tokens, ...(pool.family === "uniswap-v3" ? { fee: pool.feePips } : {}) };
	};
	const pair = (name: string, artifact: PoolArtifactName, factory: string): object => ({
		...{ name, family: "uniswap-v2", factory, feePips: 3000, startBlock: 0, knownPool: knownPool(name) },
		derivation: { by: "init-code", salt: "packed-tokens", initCodeHash: keccak256(readArtifact(artifact).bytecode) },
	});
	return parseChainConfig(
		{
			chainId: DEVNET_CHAIN_ID,
			name: "devnet",
			mode: "devnet",
			rpcUrl: of.rpcUrl,
			genesisHash: of.genesisHash,
			...(of.isPendingWatched ? { pending: { wsUrl: of.rpcUrl.replace(/^http/, "ws") } } : {}),
			wrappedNative: deployment.weth,
			startTokens: [deployment.weth],
			stablecoins: ["USDC", "USDT", "DAI"].flatMap(tokenAddress),
			tokens: deployment.tokens,
			dexes: [
				pair("uniswap-v2", "uniswapV2Pair", deployment.uniswapV2Factory),
				pair("sushiswap-v2", "sushiPair", deployment.sushiFactory),
				{
					...{ name: "uniswap-v3", family: "uniswap-v3", factory: deployment.uniswapV3Factory, startBlock: 0 },
					derivation: { by: "init-code", salt: "tokens-fee", initCodeHash: keccak256(readArtifact("uniswapV3Pool").bytecode) },
					knownPool: knownPool("uniswap-v3"),
				},
			],
			storesUnlistedPools: true,
			balancerVault: deployment.vault,
			executor: deployment.executor,
			treasury: accounts.treasury.address,
			rewardDistributor: deployment.distributor,
			operators: accounts.operators.map((operator) => operator.address),
			walletLowWei: "1000000000000000000",
			walletTargetWei: "10000000000000000000",
			relays: [
				{ kind: "bundle", url: of.relayUrl, inclusionSharePpm: BUNDLE_INCLUSION_SHARE_PPM },
				{ kind: "public", url: of.rpcUrl, inclusionSharePpm: 1_000_000, exposurePpm: PUBLIC_EXPOSURE_PPM },
			],
			policy: {
				maxBlockAge: 1,
				maxPriceAgeBlocks: 2,
				deadlineBlocks: 2,
				// A devnet shares its machine with everything else.
				budgetFactor: 3,
				confirmationDepth: of.confirmationDepth,
				maxLifecyclesPerBlock: 2,
				minExpectedValueWei: "100000000000000",
				maxLossProbabilityPpm: 900_000,
				maxAmountInWithoutModel: "20000000000000000000",
				priorityFeeShareBps: 500,
				explorationPpm: of.explorationPpm,
				slippageToleranceBps: 2000,
			},
			limits: {
				maxAmountIn: "500000000000000000000",
				maxGasCostWei: "50000000000000000",
				maxLossWeiPerDay: "2000000000000000000",
				maxSubmissionsPerMinute: 60,
			},
			shares: accounts.shares.map((share, i) => ({ account: share.address, shareBps: [5000, 3000, 2000][i] })),
			epochSeconds: 300,
		},
		"devnet chain settings",
	);
}
