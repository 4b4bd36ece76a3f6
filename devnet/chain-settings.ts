import { type ChainConfig, parseChainConfig } from "../config/chain.ts";
import type { Keys } from "../config/keys.ts";
import { devnetAccounts } from "./accounts.ts";
import type { DevnetChain } from "./chains.ts";
import type { Deployment } from "./deployment.ts";
import { DEXES } from "./families/all.ts";
import { STABLECOINS } from "./seeding.ts";

/** The signing keys that the system may use: operators and treasury, and none of the market's or the competitor's. */
export function devnetKeys({ chainId }: Pick<DevnetChain, "chainId">): Keys {
	const accounts = devnetAccounts();
	return { chainId, operators: accounts.operators.map((operator) => operator.privateKey), treasury: accounts.treasury.privateKey };
}

/** Share of the blocks that are built by the builder that sees bundles, in millionths. */
export const BUNDLE_INCLUSION_SHARE_PPM = 700_000;

/** Not measured: chosen so that plans use both relays, and labels of both kinds come about. In millionths. */
const PUBLIC_EXPOSURE_PPM = 68_000;

/** Enough that labels of both relays come about in an evening, in millionths. */
export const EXPLORATION_PPM = 100_000;

/**
 * How many blocks a candidate, its prices and its transaction may wait: one and two blocks of a second, and as long in time where blocks come faster, since
 * what a lifecycle takes does not shrink with them.
 */
function patience(blockMs: number): Pick<ChainConfig["policy"], "maxBlockAge" | "maxPriceAgeBlocks" | "deadlineBlocks"> {
	const blocksPerSecond = Math.max(1, Math.round(1_000 / blockMs));
	return { maxBlockAge: blocksPerSecond, maxPriceAgeBlocks: 2 * blocksPerSecond, deadlineBlocks: 2 * blocksPerSecond };
}

/** The deployed dexes as a chain file names them. */
export function dexRows(deployment: Pick<Deployment, "dexes" | "pools">) {
	return DEXES.map(({ name, family, row }) => {
		const pools = deployment.pools.filter((pool) => pool.dex === name);
		return { name, family, ...row(deployment.dexes[name] ?? {}, pools) };
	});
}

/** The chain's settings as the rest of the system reads them. */
export function devnetChainConfig(of: {
	readonly chain: DevnetChain;
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
	return parseChainConfig(
		{
			chainId: of.chain.chainId,
			name: of.chain.name,
			mode: "devnet",
			rpcUrl: of.rpcUrl,
			genesisHash: of.genesisHash,
			ordering: { kind: "builder-auction", slotMs: of.chain.blockMs },
			blockTimeMs: of.chain.blockMs,
			...(of.isPendingWatched ? { pending: { wsUrl: of.rpcUrl.replace(/^http/, "ws") } } : {}),
			wrappedNative: deployment.weth,
			startTokens: [deployment.weth],
			stablecoins: STABLECOINS.flatMap(tokenAddress),
			// On these chains a symbol is an identity: whoever deploys them names each token once.
			tokens: deployment.tokens.map((token) => ({ ...token, asset: token.symbol })),
			dexes: dexRows(deployment),
			lenders: [
				{ kind: "balancer-v2", address: deployment.vault },
				// The deployed release rounds its premium half up (`PercentageMath.percentMul`).
				...deployment.lenders.map((lender) => ({ ...lender, ...(lender.kind === "aave-v3" ? { premiumRounding: "half-up" } : {}) })),
			],
			storesUnlistedPools: true,
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
				...patience(of.chain.blockMs),
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
