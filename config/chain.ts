import { readFileSync } from "node:fs";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";
import { PROTOCOL_FAMILIES } from "../domain/pool.ts";
import { CHAINS } from "./chains/all.ts";
import { dataFeeSchema } from "./chains/chain-facts.ts";
import { executionRules, orderingOf } from "./chains/ordering.ts";
import { DEPLOYMENTS } from "./dexes/all.ts";
import { derivationSchema, knownPoolSchema } from "./dexes/deployment.ts";
import { rpcSchema } from "./endpoints.ts";
import { completePrices, type PriceSettings, pricesSchema } from "./prices.ts";
import { parseWith } from "./validation.ts";

const address = z
	.string()
	.regex(/^0x[0-9a-fA-F]{40}$/, "is not a 20-byte hex address")
	.transform((text) => text.toLowerCase());
const amount = z.string().regex(/^(0|[1-9][0-9]*)$/, "is not a decimal integer of base units");
const url = z.url();

/** One ERC-20 that routes may touch. */
const tokenSchema = z.object({
	address,
	symbol: z.string().min(1),
	decimals: z.int().min(0).max(36),
	/**
	 * What the token is a form of, where it is the same thing on several chains: tokens of two chains with one `asset` are compared, and no others. Anybody can
	 * deploy a token under a known symbol, so a symbol is no identity.
	 */
	asset: z.string().min(1).optional(),
});

/** A deployment of an exchange protocol on this chain; pools are discovered from its factory's events. */
const dexFields = z.object({
	name: z.string().min(1),
	family: z.enum(PROTOCOL_FAMILIES),
	/** Creates the pools, or lists them. */
	factory: address.optional(),
	/** Holds many pools at once: a vault or a pool manager. */
	vault: address.optional(),
	/** Creates the pools where that is not the factory. */
	poolDeployer: address.optional(),
	/** Uniswap V2 family: the pair's fee in millionths. Uniswap V3 pools carry their own. */
	feePips: z.int().min(0).max(999_999).optional(),
	startBlock: z.int().min(0),
	/** Concentrated liquidity: the factory's fee tiers, by which pools are derived; the published ones of Uniswap V3 where absent. */
	tiers: z.array(z.object({ pips: z.int().min(0).max(999_999), tickSpacing: z.int().min(1) })).optional(),
	/** How pool addresses follow from tokens, and a pool that shows it: what `arb doctor registry` checks a dex of its own by. */
	derivation: derivationSchema(address).optional(),
	knownPool: knownPoolSchema(address).optional(),
});
const dexSchema = dexFields.refine((dex) => dex.factory !== undefined || dex.vault !== undefined, {
	path: ["factory"],
	message: "a dex needs a factory or a vault",
});
type DexRow = z.output<typeof dexSchema>;

/** Whom the executor borrows from; its owner must allow each (`setLender`). */
const lenderSchema = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("balancer-v2"), address }),
	z.strictObject({
		kind: z.literal("aave-v3"),
		/** The Pool, not its address provider. */
		address,
		/** How the deployed release rounds its premium: `aaveV3LoanFee` says which does what. A wrong one shows as `simulation_mismatch`. */
		premiumRounding: z.enum(["half-up", "up"]),
	}),
	z.strictObject({ kind: z.literal("morpho-blue"), address }),
]);

const relaySchema = z.object({
	kind: z.enum(["bundle", "public"]),
	url,
	/** Share of blocks whose builder takes part in this route, in millionths. */
	inclusionSharePpm: z.int().min(0).max(1_000_000),
	/** Probability that somebody sees what is sent this way in time to take it, in millionths. */
	exposurePpm: z.int().min(0).max(1_000_000).default(0),
});

const policySchema = z.object({
	/** A candidate older than this many blocks is rejected. */
	maxBlockAge: z.int().min(0),
	/** Prices older than this many blocks are rejected. */
	maxPriceAgeBlocks: z.int().min(0),
	/** A submission may be included up to this many blocks after the candidate's own; as long as the chain's ordering makes a decision worth anything where absent. */
	deadlineBlocks: z.int().min(1).optional(),
	/** Blocks on top of the inclusion block before money is booked. */
	confirmationDepth: z.int().min(0),
	/** Lifecycles started per block at most: the best non-overlapping candidates. */
	maxLifecyclesPerBlock: z.int().min(1),
	/** Of these, started at most for cycles that open behind a transaction that still waits. */
	maxFollowersPerBlock: z.int().min(0).default(1),
	minExpectedValueWei: amount,
	maxLossProbabilityPpm: z.int().min(0).max(1_000_000),
	/** Bound on the input while no trained model decides; base units of the start token. */
	maxAmountInWithoutModel: amount,
	/** Stretches the steps' time budgets (400 ms for a plan), for chains or machines that are slower. */
	budgetFactor: z.number().positive().default(1),
	/** Share of the expected net profit that is offered as priority fee, in basis points. */
	priorityFeeShareBps: z.int().min(0).max(10_000),
	/**
	 * Share of the submissions, in millionths, that go by the relay that is worth second most instead of the one worth most: without them the models would
	 * never again see how the other one does.
	 */
	explorationPpm: z.int().min(0).max(1_000_000).default(0),
	/** Pools per block whose kept states are compared with the chain's, drawn anew each block; 0 compares none but those of candidates. */
	auditedPoolsPerBlock: z.int().min(0).default(4),
	/** A pool whose state differed comes back after this many audits in a row that found it right. */
	cleanAuditsToRelease: z.int().min(1).default(3),
	/** Share of the expected profit given up before the executor reverts, in basis points. */
	slippageToleranceBps: z.int().min(0).max(10_000),
});

const limitsSchema = z.object({
	maxAmountIn: amount,
	maxGasCostWei: amount,
	maxLossWeiPerDay: amount,
	maxSubmissionsPerMinute: z.int().min(1),
});

/** Whom net profit accrues to; basis points that add up to 10,000. */
const shareSchema = z.object({ account: address, shareBps: z.int().min(1).max(10_000) });

const chainSchema = z
	.object({
		chainId: z.int().min(1),
		name: z.string().min(1),
		mode: z.enum(["devnet", "paper", "live"]),
		/** Where our own transactions are simulated and sent; also the one endpoint to read from where `rpc` is absent. */
		rpcUrl: url,
		rpc: rpcSchema.optional(),
		/** Hash of block 0: state kept for another chain is refused. */
		genesisHash: z.string().regex(/^0x[0-9a-f]{64}$/),
		explorerUrl: url.optional(),
		/** How transactions are ordered and how far blocks are apart; the registry's where absent. */
		ordering: orderingOf(address).optional(),
		blockTimeMs: z.int().min(1).optional(),
		/** Where transactions are seen before they are included; nothing is followed where absent. */
		pending: z.object({ wsUrl: z.url({ protocol: /^wss?$/ }) }).optional(),
		wrappedNative: address,
		startTokens: z.array(address).min(1),
		/** Tokens counted as one US dollar, for display and features. */
		stablecoins: z.array(address),
		tokens: z.array(tokenSchema).min(2),
		/** Sources of prices besides pools; where absent, pools alone give them. */
		prices: pricesSchema(address).optional(),
		/** Who tells the fee for posted data, on a rollup; the registry's where absent. */
		dataFee: dataFeeSchema.optional(),
		/** Dexes of the registry by their names, or rows of their own. */
		dexes: z.array(z.union([z.string().min(1), dexSchema])).min(1),
		/**
		 * Whether pools of tokens beyond `tokens` are stored as well when a factory announces them. Searched they are not. Where absent only events of the chain's
		 * tokens are asked for: the large factories have announced millions of pools that nobody trades in.
		 */
		storesUnlistedPools: z.boolean().optional(),
		/** The one lender, where `lenders` is absent. */
		balancerVault: address.optional(),
		lenders: z.array(lenderSchema).min(1).optional(),
		executor: address,
		/** Receives executed profit and pays for rewards and top-ups. */
		treasury: address,
		rewardDistributor: address,
		/** Signing wallets: one unresolved submission each. */
		operators: z.array(address),
		/** Wallet balance below which the treasury tops up, and up to what; wei. */
		walletLowWei: amount,
		walletTargetWei: amount,
		relays: z.array(relaySchema),
		policy: policySchema,
		limits: limitsSchema,
		shares: z.array(shareSchema).min(1),
		/** Days that the states of past blocks can be rebuilt; 30 where absent. */
		historyDays: z.number().positive().optional(),
		/** Seconds between automatic closings of a reward epoch. */
		epochSeconds: z.int().min(1),
	})
	.refine((chain) => chain.shares.reduce((sum, share) => sum + share.shareBps, 0) === 10_000, {
		path: ["shares"],
		message: "shareBps must add up to 10000",
	})
	.refine((chain) => new Set(assetsOf(chain.tokens)).size === assetsOf(chain.tokens).length, {
		path: ["tokens"],
		message: "two tokens of one chain have the same asset; leave it with the one that is compared with other chains",
	})
	.refine((chain) => chain.startTokens.every((token) => token === chain.wrappedNative), {
		path: ["startTokens"],
		message: "cycles start from the wrapped native coin only: gas and profit are booked in one unit",
	})
	.transform(({ dexes, prices, balancerVault, lenders: named, ...chain }, context) => {
		const vault = balancerVault === undefined ? [] : [{ kind: "balancer-v2" as const, address: balancerVault }];
		const lenders = named ?? vault;
		if (lenders.length === 0) context.addIssue({ code: "custom", path: ["lenders"], message: "a chain needs lenders, or a balancerVault" });
		if (new Set(lenders.map((lender) => lender.address)).size < lenders.length) {
			context.addIssue({ code: "custom", path: ["lenders"], message: "an address stands twice" });
		}
		const rows: DexRow[] = [];
		for (const [index, dex] of dexes.entries()) {
			if (typeof dex !== "string") rows.push(dex);
			else {
				const found = registryRows(dex, chain.chainId);
				if (typeof found !== "string") rows.push(...found);
				else context.addIssue({ code: "custom", path: ["dexes", index], message: found });
			}
		}
		const facts = CHAINS.find((known) => known.chainId === chain.chainId);
		const dataFee = chain.dataFee ?? facts?.dataFee;
		const ordering = chain.ordering ?? facts?.ordering;
		const blockTimeMs = chain.blockTimeMs ?? facts?.blockTimeMs;
		const rules = ordering === undefined || blockTimeMs === undefined ? null : executionRules({ ordering, blockTimeMs });
		const deadlineBlocks = chain.policy.deadlineBlocks ?? (rules === null ? 0 : Math.ceil(rules.deadlineMs / (blockTimeMs ?? 1)));
		if (deadlineBlocks === 0) {
			const message = "is missing, and so are the ordering and blockTimeMs that it would follow from";
			context.addIssue({ code: "custom", path: ["policy", "deadlineBlocks"], message });
		}
		let settings: PriceSettings | undefined;
		if (prices !== undefined) {
			const completed = completePrices({ prices, facts, knownTokens: chain.tokens.map((token) => token.address) });
			for (const { path, message } of completed.issues) context.addIssue({ code: "custom", path: ["prices", ...path], message });
			settings = completed.settings;
		}
		return {
			...chain,
			lenders,
			dexes: rows,
			...(ordering === undefined ? {} : { ordering }),
			...(blockTimeMs === undefined ? {} : { blockTimeMs }),
			policy: {
				...chain.policy,
				deadlineBlocks,
				/** What buys a place in a block; the priority fee where no ordering says otherwise. */
				placeBoughtBy: rules?.fee ?? ("priority-fee" as const),
				/** The newest state that quotes may build on. */
				state: rules?.state ?? ("head-block" as const),
			},
			...(dataFee === undefined ? {} : { dataFee }),
			...(settings === undefined ? {} : { prices: settings }),
		};
	});

function assetsOf(tokens: readonly z.output<typeof tokenSchema>[]): readonly string[] {
	return tokens.flatMap(({ asset }) => (asset === undefined ? [] : [asset]));
}

/** The rows of a dex of the registry on a chain, in the form of this file; a sentence where the system cannot trade there. */
function registryRows(name: string, chainId: number): readonly DexRow[] | string {
	const deployments = DEPLOYMENTS.filter((row) => row.dex === name && row.chainId === chainId);
	if (deployments.length === 0) return `the registry has no dex ${name} on chain ${chainId}; \`arb dexes list\` shows what it has`;
	const rows: DexRow[] = [];
	for (const { family, factory, vault, poolDeployer, fee, off, startBlock = 0, derivation, knownPool } of deployments) {
		if (off !== undefined) return `the registry keeps ${name} off: ${off}`;
		const traded = dexFields.shape.family.safeParse(family);
		if (!traded.success) return `the system does not trade on pools of family ${family}, which ${name} has`;
		if (traded.data === "uniswap-v2" && fee.kind !== "fixed")
			return `pairs of ${name} have fees of their own; write its row here with feePips`;
		rows.push({
			...{ name, family: traded.data, startBlock },
			...(factory === undefined ? {} : { factory }),
			...(vault === undefined ? {} : { vault }),
			...(poolDeployer === undefined ? {} : { poolDeployer }),
			...(fee.kind === "fixed" ? { feePips: fee.pips } : {}),
			...(fee.kind === "tiers" ? { tiers: fee.tiers } : {}),
			...(derivation === undefined ? {} : { derivation, knownPool }),
		});
	}
	return rows;
}

export type ChainConfig = z.output<typeof chainSchema>;

/**
 * Checks a chain's settings.
 *
 * @throws ArbError `configuration` that names each bad field.
 */
export function parseChainConfig(value: unknown, origin: string): ChainConfig {
	return parseWith(chainSchema, value, origin);
}

/** Reads a chain's settings from a JSON file, e.g. the one that the devnet writes when it is deployed. */
export function readChainConfig(file: string): ChainConfig {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		throw new ArbError({
			code: "configuration",
			message: `chain file ${file} cannot be read (${messageOf(error)}); set CHAIN_FILE, or start the devnet, which writes one`,
			retryable: false,
			cause: error,
		});
	}
	try {
		return parseChainConfig(JSON.parse(text), file);
	} catch (error) {
		if (error instanceof ArbError) throw error;
		throw new ArbError({
			code: "configuration",
			message: `chain file ${file} is not JSON: ${messageOf(error)}`,
			retryable: false,
			cause: error,
		});
	}
}
