import { id } from "ethers";
import type { OtherPoolState, Pool } from "../../../domain/pool.ts";
import type { Call } from "../../chain-client.ts";
import type { ChainLog } from "../../log.ts";
import { addressAt, addressTopic, addressWord, listAt, uintAt, wordsIn } from "../abi-word.ts";
import { type DiscoveryScope, factoryOf, type ProtocolAdapter, type Reading, type TrackedPool, textDetail, vaultOf } from "../adapter.ts";
import { type Answers, askAbout, legible, readAll } from "../answers.ts";
import {
	AMP_UPDATE_STARTED,
	AMP_UPDATE_STOPPED,
	type Amplification,
	amplificationOf,
	amplificationsUnderWay,
	resting,
} from "./amplification.ts";

type FamilyV3 = "balancer-v3-weighted" | "balancer-v3-stable";

const POOL_REGISTERED = id(
	"PoolRegistered(address,address,(address,uint8,address,bool)[],uint256,uint32,(address,address,address),(bool,bool,bool,bool,bool,bool,bool,bool,bool,bool,address),(bool,bool,bool,bool))",
);
const SWAP = id("Swap(address,address,address,uint256,uint256,uint256,uint256)");
const LIQUIDITY_ADDED = id("LiquidityAdded(address,address,uint8,uint256,uint256[],uint256[])");
const LIQUIDITY_REMOVED = id("LiquidityRemoved(address,address,uint8,uint256,uint256[],uint256[])");
const VAULT_PAUSED = id("VaultPausedStateChanged(bool)");
/** Their settings are read with the pool. */
const SETTINGS_CHANGED = [
	...["PoolInitialized(address)", "PoolPausedStateChanged(address,bool)", "PoolRecoveryModeStateChanged(address,bool)"],
	...["SwapFeePercentageChanged(address,uint256)", "AggregateSwapFeePercentageChanged(address,uint256)"],
	"AggregateYieldFeePercentageChanged(address,uint256)",
].map((signature) => id(signature));
const ABOUT_A_POOL: ReadonlySet<string> = new Set([SWAP, LIQUIDITY_ADDED, LIQUIDITY_REMOVED, ...SETTINGS_CHANGED]);
const VAULT_TOPICS = [...ABOUT_A_POOL, VAULT_PAUSED];

const selector = (signature: string): string => id(signature).slice(0, 10);
const GET = {
	tokenInfo: selector("getPoolTokenInfo(address)"),
	tokenRates: selector("getPoolTokenRates(address)"),
	config: selector("getPoolConfig(address)"),
	minimumTrade: selector("getMinimumTradeAmount()"),
	isVaultPaused: selector("isVaultPaused()"),
	weights: selector("getNormalizedWeights()"),
	minimumBalances: selector("getMinTokenBalances()"),
	amplificationState: selector("getAmplificationState()"),
	amplification: selector("getAmplificationParameter()"),
};
/** `PoolConfig` by its words: four flags of liquidity come first. */
const CONFIG = { swapFee: 4, aggregateSwapFee: 5, aggregateYieldFee: 6, decimalDiffs: 7, isPaused: 11, isInRecoveryMode: 12 };
/** `TokenConfig` and `TokenInfo`: address (of the first alone), type, rate provider, whether it pays yield fees. */
const WITH_RATE = 1n;
/** Words before the hooks' contract in `PoolRegistered`: tokens, fee, pause, three roles, ten flags. */
const HOOKS_CONTRACT = 16;
const ONE = 10n ** 18n;
/** `StableMath.MAX_IMBALANCE_RATIO`. Pools of factories before it have no such bound; with it, a few swaps that they would take are not offered. */
const MAX_IMBALANCE_RATIO = "10000";

type VaultQuestion = "getPoolTokenInfo" | "getPoolTokenRates" | "getPoolConfig" | "getMinimumTradeAmount" | "isVaultPaused";
type PoolQuestion = "getNormalizedWeights" | "getMinTokenBalances" | "getAmplificationState" | "getAmplificationParameter";

export const balancerV3Weighted = poolsOfVaultV3("balancer-v3-weighted");
export const balancerV3Stable = poolsOfVaultV3("balancer-v3-stable");

/**
 * Pools of Balancer's V3 vault without hooks. Where no token has a rate, balances follow to the wei from the vault's logs: what comes in, less the share of the swap fee
 * that is the protocol's. With rates, yield fees are due at rates within the block: such a pool is read again after each of its logs, and its rates with every block.
 * While a rate provider does not answer, swaps revert: the pool counts as paused.
 */
function poolsOfVaultV3(family: FamilyV3): ProtocolAdapter {
	return {
		families: [family],
		stateTopics: [...VAULT_TOPICS, ...(family === "balancer-v3-stable" ? [AMP_UPDATE_STARTED, AMP_UPDATE_STOPPED] : [])],

		singleton: {
			address: (pool) => textDetail(pool, "vault"),
			poolOf(log) {
				const [topic = ""] = log.topics;
				if (topic === VAULT_PAUSED) return "all";
				return ABOUT_A_POOL.has(topic) ? addressAt(log.topics[1] ?? "0x00", 0) : null;
			},
		},

		creation: (scope) => ({
			emitter: vaultOf(scope.dex),
			topics: () => [POOL_REGISTERED, null, addressTopic(factoryOf(scope.dex))],
			parse: (log) => registered(log, scope, family),
		}),

		async load(reading) {
			return readAll(await ask(reading));
		},

		isSilent: ({ details }) => details.hasRates !== false,

		async refresh(reading, tracked) {
			const answered = await askAbout(reading, (pool) => ({ getPoolTokenRates: vaultQuestions(pool).getPoolTokenRates }));
			const again: Pool[] = [];
			const after = tracked.map((one, i): TrackedPool => {
				const { state } = one;
				const answers = answered[i];
				if (state.family !== family || answers === undefined) return one;
				if (!answers.has("getPoolTokenRates")) {
					return { ...one, state: { ...state, isPoolPaused: true, tokenRates: state.tokens.map(() => ONE.toString()) } };
				}
				// What paused it may have been a provider that did not answer.
				if (state.isPoolPaused === true) again.push(answers.pool);
				return { ...one, state: { ...state, tokenRates: answers.list("getPoolTokenRates", 1).map(String) } };
			});
			const read = new Map(readAll(await ask({ ...reading, pools: again })).map((one) => [one.state.address, one]));
			return after.map((one) => read.get(one.state.address) ?? one);
		},

		async holdings(reading) {
			const answered = await askAbout(reading, (pool) => ({ getPoolTokenInfo: vaultQuestions(pool).getPoolTokenInfo }));
			return legible(answered, (answers) => ({ pool: answers.pool, amounts: answers.list("getPoolTokenInfo", 2) }));
		},

		apply(tracked, log) {
			const { state } = tracked;
			if (state.family !== family) return tracked;
			const amplification = amplificationOf(log);
			if (amplification !== null) return { ...tracked, state: { ...state, ...amplification } };
			const balances = hasRates(state) ? null : balancesAfter(state, log);
			return balances === null ? "reload" : { ...tracked, state: { ...state, ...balances } };
		},
	};

	async function ask(reading: Reading) {
		const [answered, block] = await Promise.all([
			askAbout<VaultQuestion | PoolQuestion>(reading, (pool) => ({
				...vaultQuestions(pool),
				getNormalizedWeights: { to: pool.address, data: GET.weights },
				getMinTokenBalances: { to: pool.address, data: GET.minimumBalances },
				getAmplificationState: { to: pool.address, data: GET.amplificationState },
				getAmplificationParameter: { to: pool.address, data: GET.amplification },
			})),
			reading.client.block(reading.blockHash),
		]);
		// The first pools tell the value of the block alone.
		const isUntold = (answers: Answers<PoolQuestion>): boolean =>
			!answers.has("getAmplificationState") && answers.has("getAmplificationParameter") && answers.flag("getAmplificationParameter", 1);
		const underWay = await amplificationsUnderWay({ ...reading, pools: answered.filter(isUntold).map(({ pool }) => pool) });
		return answered.map((answers) => ({
			pool: answers.pool,
			read: (): TrackedPool => ({
				state: {
					...vaultState(answers, family),
					...(family === "balancer-v3-weighted"
						? weightedFields(answers)
						: { ...(underWay.get(answers.pool.address) ?? amplificationFields(answers)), maxImbalanceRatio: MAX_IMBALANCE_RATIO }),
					timestamp: block?.timestamp ?? 0,
				},
			}),
		}));
	}
}

/** Null for a pool with hooks: they may change fees and amounts. */
function registered(log: ChainLog, { chainId, dex }: DiscoveryScope, family: FamilyV3): Pool | null {
	// The vault registers the pools of all its factories.
	if (log.topics[2] !== addressTopic(factoryOf(dex))) return null;
	const tokens = listAt(log.data, 0, 4);
	if (tokens === null || tokens.length < 2 || tokens.length > 8 || wordsIn(log.data) <= HOOKS_CONTRACT) return null;
	if (uintAt(log.data, HOOKS_CONTRACT) !== 0n) return null;
	return {
		...{ chainId, address: addressAt(log.topics[1] ?? "0x00", 0), family, dex: dex.name },
		tokens: tokens.map((at) => addressWord(uintAt(log.data, at))),
		...{ feePips: 0, tickSpacing: 0 },
		details: { vault: vaultOf(dex), hasRates: tokens.some((at) => uintAt(log.data, at + 1) === WITH_RATE) },
	};
}

function vaultQuestions(pool: Pool): Record<VaultQuestion, Call> {
	const vault = textDetail(pool, "vault");
	const about = (get: string): Call => ({ to: vault, data: get + addressTopic(pool.address).slice(2) });
	return {
		getPoolTokenInfo: about(GET.tokenInfo),
		getPoolTokenRates: about(GET.tokenRates),
		getPoolConfig: about(GET.config),
		getMinimumTradeAmount: { to: vault, data: GET.minimumTrade },
		isVaultPaused: { to: vault, data: GET.isVaultPaused },
	};
}

function vaultState(answers: Answers<VaultQuestion>, family: FamilyV3): OtherPoolState {
	const { address, dex, tokens, details } = answers.pool;
	const config = (word: number): string => answers.uint("getPoolConfig", word).toString();
	const info = answers.rows("getPoolTokenInfo", { word: 1, width: 3 });
	const isAnswered = answers.has("getPoolTokenRates");
	return {
		...{ family, address, dex, tokens, details: { ...details, hasRates: info.some(([type]) => type === WITH_RATE) } },
		balancesRaw: answers.list("getPoolTokenInfo", 2).map(String),
		lastBalancesLiveScaled18: answers.list("getPoolTokenInfo", 3).map(String),
		paysYieldFees: info.map(([, , pays]) => pays === 1n),
		decimalScalingFactors: factors(answers.uint("getPoolConfig", CONFIG.decimalDiffs), tokens.length),
		tokenRates: isAnswered ? answers.list("getPoolTokenRates", 1).map(String) : tokens.map(() => ONE.toString()),
		staticSwapFeePercentage: config(CONFIG.swapFee),
		// No part of the mathematics, but of what the vault keeps of a fee.
		aggregateSwapFeePercentage: config(CONFIG.aggregateSwapFee),
		aggregateYieldFeePercentage: config(CONFIG.aggregateYieldFee),
		minimumTradeAmount: answers.uint("getMinimumTradeAmount").toString(),
		isPoolPaused: answers.flag("getPoolConfig", CONFIG.isPaused) || answers.flag("isVaultPaused") || !isAnswered,
		isPoolInRecoveryMode: answers.flag("getPoolConfig", CONFIG.isInRecoveryMode),
	};
}

/** 10^(18 − decimals) of each token: the vault keeps what the decimals lack of 18 in five bits each (`PoolConfigLib`). */
function factors(decimalDiffs: bigint, count: number): string[] {
	return Array.from({ length: count }, (_, i) => (10n ** BigInt.asUintN(5, decimalDiffs >> BigInt(5 * i))).toString());
}

function weightedFields(answers: Answers<PoolQuestion>): Readonly<Record<string, unknown>> {
	return {
		normalizedWeights: answers.list("getNormalizedWeights").map(String),
		...(answers.has("getMinTokenBalances") ? { minTokenBalances: answers.list("getMinTokenBalances").map(String) } : {}),
	};
}

/** `AmplificationState` is values, then times. */
function amplificationFields(answers: Answers<PoolQuestion>): Amplification {
	if (!answers.has("getAmplificationState")) return resting(answers.uint("getAmplificationParameter"));
	const [startValue = "", endValue = "", startTime = "", endTime = ""] = [0, 1, 2, 3].map((word) =>
		answers.uint("getAmplificationState", word).toString(),
	);
	// A value that rests has the time since when it does, which a log does not tell and nothing depends on.
	return startValue === endValue ? resting(BigInt(endValue)) : { startValue, endValue, startTime, endTime };
}

function hasRates(state: OtherPoolState): boolean {
	return state.details?.hasRates !== false;
}

/** Balances of a pool without rates after a log of the vault; null for a log that tells something else. */
function balancesAfter(
	state: OtherPoolState,
	log: ChainLog,
): { readonly balancesRaw: readonly string[]; readonly lastBalancesLiveScaled18: readonly string[] } | null {
	const { balancesRaw, decimalScalingFactors, aggregateSwapFeePercentage, isPoolInRecoveryMode } = state;
	if (!Array.isArray(balancesRaw) || !Array.isArray(decimalScalingFactors) || typeof aggregateSwapFeePercentage !== "string") return null;
	// In recovery mode the whole fee stays in the pool.
	const share = isPoolInRecoveryMode === true ? 0n : BigInt(aggregateSwapFeePercentage);
	const kept = (fee: bigint): bigint => (fee * share) / ONE;
	const changes = changesBy(log, state.tokens);
	if (changes === null) return null;
	const raw = balancesRaw.map((balance, i) => BigInt(balance) + (changes.amounts[i] ?? 0n) - kept(changes.fees[i] ?? 0n));
	if (raw.some((balance) => balance < 0n)) return null;
	return {
		balancesRaw: raw.map(String),
		lastBalancesLiveScaled18: raw.map((balance, i) => (balance * BigInt(decimalScalingFactors[i])).toString()),
	};
}

/** What came in (or, negative, went out) of each token, and the swap fees in it. */
function changesBy(
	log: ChainLog,
	tokens: readonly string[],
): { readonly amounts: readonly bigint[]; readonly fees: readonly bigint[] } | null {
	if (log.topics[0] === SWAP) {
		const [tokenIn, tokenOut] = [2, 3].map((topic) => tokens.indexOf(addressAt(log.topics[topic] ?? "0x00", 0)));
		const [amountIn, amountOut, , fee] = [0, 1, 2, 3].map((word) => uintAt(log.data, word));
		if (tokenIn === -1 || tokenOut === -1 || amountIn === undefined || amountOut === undefined || fee === undefined) return null;
		const at = (values: readonly (readonly [number | undefined, bigint])[]) =>
			tokens.map((_, i) => values.find(([index]) => index === i)?.[1] ?? 0n);
		return {
			amounts: at([
				[tokenIn, amountIn],
				[tokenOut, -amountOut],
			]),
			fees: at([[tokenIn, fee]]),
		};
	}
	if (log.topics[0] !== LIQUIDITY_ADDED && log.topics[0] !== LIQUIDITY_REMOVED) return null;
	const [amounts, fees] = [listAt(log.data, 1), listAt(log.data, 2)];
	if (amounts === null || fees === null || amounts.length !== tokens.length || fees.length !== tokens.length) return null;
	const sign = log.topics[0] === LIQUIDITY_ADDED ? 1n : -1n;
	return { amounts: amounts.map((at) => sign * uintAt(log.data, at)), fees: fees.map((at) => uintAt(log.data, at)) };
}
