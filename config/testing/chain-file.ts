export const WETH = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";
export const USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
export const ACCOUNT = `0x${"11".repeat(20)}`;

/** A chain file of Ethereum with these dexes. */
export function chainFile(dexes: readonly unknown[]): object {
	return {
		...{ chainId: 1, name: "ethereum", mode: "paper", rpcUrl: "http://127.0.0.1:8545", genesisHash: `0x${"ab".repeat(32)}` },
		...{ wrappedNative: WETH, startTokens: [WETH], stablecoins: [USDC] },
		tokens: [
			{ address: WETH, symbol: "WETH", decimals: 18 },
			{ address: USDC, symbol: "USDC", decimals: 6 },
		],
		dexes,
		...{ balancerVault: ACCOUNT, executor: ACCOUNT, treasury: ACCOUNT, rewardDistributor: ACCOUNT, operators: [] },
		...{ walletLowWei: "1", walletTargetWei: "2", relays: [], epochSeconds: 1, shares: [{ account: ACCOUNT, shareBps: 10_000 }] },
		policy: {
			...{ maxBlockAge: 1, maxPriceAgeBlocks: 1, deadlineBlocks: 1, confirmationDepth: 0, maxLifecyclesPerBlock: 1 },
			...{ minExpectedValueWei: "0", maxLossProbabilityPpm: 0, maxAmountInWithoutModel: "1" },
			...{ priorityFeeShareBps: 0, slippageToleranceBps: 0 },
		},
		limits: { maxAmountIn: "1", maxGasCostWei: "1", maxLossWeiPerDay: "1", maxSubmissionsPerMinute: 1 },
	};
}
