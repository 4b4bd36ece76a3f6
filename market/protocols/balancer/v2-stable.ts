import { id } from "ethers";
import type { Pool } from "../../../domain/pool.ts";
import { tryCalls } from "../../tried-calls.ts";
import { addressTopic, addressWord, uintAt } from "../abi-word.ts";
import { type Reading, type TrackedPool, unreadable } from "../adapter.ts";
import { type AnsweredPool, type Answers, askAbout, readAll } from "../answers.ts";
import { decimalsOf, readDecimals } from "../decimals.ts";
import {
	AMP_UPDATE_STARTED,
	AMP_UPDATE_STOPPED,
	type Amplification,
	amplificationOf,
	amplificationsUnderWay,
	resting,
} from "./amplification.ts";
import { poolsOfVaultV2 } from "./v2.ts";
import { scalingFactors, type VaultQuestion, vaultFields, vaultQuestions } from "./v2-vault.ts";

/** ComposableStablePool and StablePhantomPool by the token's index, MetaStablePool by its address. */
const RATE_TOPICS = [
	...[id("TokenRateCacheUpdated(uint256,uint256)"), id("TokenRateProviderSet(uint256,address,uint256)")],
	...[id("PriceRateCacheUpdated(address,uint256)"), id("PriceRateProviderSet(address,address,uint256)")],
];
const selector = (signature: string): string => id(signature).slice(0, 10);
const GET = {
	bptIndex: selector("getBptIndex()"),
	feeSentinel: selector("DELEGATE_PROTOCOL_SWAP_FEES_SENTINEL()"),
	recoveryMode: selector("inRecoveryMode()"),
	amplification: selector("getAmplificationParameter()"),
	rateProviders: selector("getRateProviders()"),
	tokenRateCache: selector("getTokenRateCache(address)"),
	priceRateCache: selector("getPriceRateCache(address)"),
	rate: selector("getRate()"),
};
const ONE = 10n ** 18n;
const NOBODY = `0x${"0".repeat(40)}`;

type Question =
	| VaultQuestion
	| "getBptIndex"
	| "DELEGATE_PROTOCOL_SWAP_FEES_SENTINEL"
	| "inRecoveryMode"
	| "getAmplificationParameter"
	| "getRateProviders"
	| "getTokenRateCache"
	| "getPriceRateCache";

/** A token's rate as the pool has cached it, and until when, seconds; 0: for ever. */
interface CachedRate {
	readonly rate: bigint;
	readonly expires: bigint;
}

/**
 * Stable pools of Balancer V2: StablePool and MetaStablePool of 2021, ComposableStablePool of 2022 on. A rate that a pool has cached holds until it expires; the next
 * swap then asks the token's provider, so what the provider says is read with every block. While one does not answer, that swap would revert: the pool counts as
 * paused.
 */
export const balancerV2Stable = poolsOfVaultV2({
	family: "balancer-v2-stable",
	stateTopics: [AMP_UPDATE_STARTED, AMP_UPDATE_STOPPED, ...RATE_TOPICS],
	ask,

	// Providers are fixed when a pool is created; a pool of which that was not asked yet counts as one with providers.
	isSilent: (pool) => pool.details.hasRates !== false,

	async refresh(reading, tracked) {
		const rates = await providedRates(
			reading,
			tracked.map((one) => one.rateProviders ?? []),
		);
		const again: Pool[] = [];
		const after = tracked.map((one, i): TrackedPool => {
			const { state } = one;
			const pool = reading.pools[i];
			const provided = rates[i] ?? [];
			if (state.family !== "balancer-v2-stable" || one.rateProviders === undefined || pool === undefined) return one;
			if (provided.length === 0) return { ...one, state: { ...state, paused: true, providerRates: state.tokenRates } };
			// What paused it may have been a provider that did not answer.
			if (state.paused === true) again.push(pool);
			return { ...one, state: { ...state, providerRates: provided.map((rate) => rate.toString()) } };
		});
		const read = new Map(readAll(await ask({ ...reading, pools: again })).map((one) => [one.state.address, one]));
		return after.map((one) => read.get(one.state.address) ?? one);
	},

	applyOwn(state, log) {
		const amplification = amplificationOf(log);
		if (amplification !== null) return { ...state, ...amplification };
		// The log has the rate, not until when it holds.
		return RATE_TOPICS.includes(log.topics[0] ?? "") ? "reload" : null;
	},
});

async function ask(reading: Reading): Promise<AnsweredPool[]> {
	const [answered, decimals, block] = await Promise.all([
		askAbout<Question>(reading, (pool) => ({
			...vaultQuestions(pool),
			getBptIndex: { to: pool.address, data: GET.bptIndex },
			DELEGATE_PROTOCOL_SWAP_FEES_SENTINEL: { to: pool.address, data: GET.feeSentinel },
			inRecoveryMode: { to: pool.address, data: GET.recoveryMode },
			getAmplificationParameter: { to: pool.address, data: GET.amplification },
			getRateProviders: { to: pool.address, data: GET.rateProviders },
			getTokenRateCache: pool.tokens.map((token) => ({ to: pool.address, data: GET.tokenRateCache + addressTopic(token).slice(2) })),
			getPriceRateCache: pool.tokens.map((token) => ({ to: pool.address, data: GET.priceRateCache + addressTopic(token).slice(2) })),
		})),
		readDecimals(reading),
		reading.client.block(reading.blockHash),
	]);
	const isMoving = (answers: Answers<Question>): boolean =>
		answers.has("getAmplificationParameter") && answers.flag("getAmplificationParameter", 1);
	const providers = answered.map(providersOf);
	const [provided, underWay] = await Promise.all([
		providedRates(reading, providers),
		amplificationsUnderWay({ ...reading, pools: answered.filter(isMoving).map(({ pool }) => pool) }),
	]);
	return answered.map((answers, i) => ({
		pool: answers.pool,
		read: () =>
			trackedFrom(answers, {
				decimals: decimalsOf(answers.pool, decimals),
				amplification: underWay.get(answers.pool.address) ?? resting(answers.uint("getAmplificationParameter")),
				providers: providers[i] ?? [],
				provided: provided[i] ?? [],
				timestamp: block?.timestamp ?? 0,
			}),
	}));
}

function trackedFrom(
	answers: Answers<Question>,
	of: {
		readonly decimals: readonly bigint[];
		readonly amplification: Amplification;
		readonly providers: readonly (string | null)[];
		readonly provided: readonly bigint[];
		readonly timestamp: number;
	},
): TrackedPool {
	const { pool } = answers;
	const { address, dex, tokens } = pool;
	const bptIndex = bptIndexOf(answers);
	const hasRates = of.providers.some((provider) => provider !== null);
	const cached = hasRates ? of.providers.map((provider, token) => cachedRate(answers, { token, isAsked: provider !== null })) : [];
	const isAnswered = of.provided.length > 0;
	const fields = vaultFields(answers);
	return {
		...(hasRates ? { rateProviders: of.providers } : {}),
		state: {
			...{ family: "balancer-v2-stable", address, dex, tokens, details: { ...pool.details, hasRates } },
			...{ ...fields, paused: fields.paused || (hasRates && !isAnswered) },
			scalingFactors: scalingFactors(of.decimals),
			invariantVersion: bptIndex === null ? 2 : 1,
			...(bptIndex === null ? {} : { bptIndex }),
			...of.amplification,
			...(hasRates
				? {
						tokenRates: cached.map(({ rate }) => rate.toString()),
						tokenRateExpires: cached.map(({ expires }) => expires.toString()),
						providerRates: isAnswered ? of.provided.map((rate) => rate.toString()) : cached.map(({ rate }) => rate.toString()),
					}
				: {}),
			timestamp: of.timestamp,
		},
	};
}

/**
 * Where the pool's own token is among its tokens; null for pools that keep it apart.
 *
 * @throws ArbError `chain` for StablePhantomPool and for StablePool of 2022, whose invariants were compared with no contract.
 */
function bptIndexOf(answers: Answers<Question>): number | null {
	if (!answers.has("getBptIndex")) {
		if (answers.has("inRecoveryMode"))
			throw unreadable(answers.pool, "its version is that of 2022 without its own token, which is not known");
		return null;
	}
	if (!answers.has("DELEGATE_PROTOCOL_SWAP_FEES_SENTINEL"))
		throw unreadable(answers.pool, "it is a phantom pool, whose version is not known");
	return Number(answers.uint("getBptIndex"));
}

/** By token, the pool's own included; none for pools without rates. */
function providersOf(answers: Answers<Question>): (string | null)[] {
	if (!answers.has("getRateProviders")) return [];
	const { pool } = answers;
	const named = answers.list("getRateProviders").map((word) => (addressWord(word) === NOBODY ? null : addressWord(word)));
	// Composable pools of some versions name none for their own token, others leave it out.
	return named.length === pool.tokens.length
		? named
		: pool.tokens.map((token, i) => (token === pool.address ? null : (named[i - Number(ownBefore(pool, i))] ?? null)));
}

function ownBefore(pool: Pool, index: number): boolean {
	const own = pool.tokens.indexOf(pool.address);
	return own >= 0 && own < index;
}

function cachedRate(answers: Answers<Question>, of: { readonly token: number; readonly isAsked: boolean }): CachedRate {
	if (!of.isAsked) return { rate: ONE, expires: 0n };
	// (rate, oldRate, duration, expires) of composable pools, (rate, duration, expires) of meta-stable ones.
	const isComposable = answers.has("getBptIndex");
	const question = isComposable ? "getTokenRateCache" : "getPriceRateCache";
	return { rate: answers.of(question, of.token, 0), expires: answers.of(question, of.token, isComposable ? 3 : 2) };
}

/** What the providers of each pool say now, 10^18 where a token has none; an empty list for a pool of which one does not answer. */
async function providedRates(reading: Reading, providers: readonly (readonly (string | null)[])[]): Promise<bigint[][]> {
	const asked = [...new Set(providers.flat().filter((provider) => provider !== null))];
	const answers = await tryCalls(
		reading.client,
		reading.blockHash,
		asked.map((to) => ({ to, data: GET.rate, words: 1 })),
	);
	const rates = new Map(asked.map((provider, i) => [provider, answers[i] ? uintAt(answers[i], 0) : null]));
	return providers.map((of) => {
		const found = of.map((provider) => (provider === null ? ONE : (rates.get(provider) ?? null)));
		return found.every((rate) => rate !== null) ? found : [];
	});
}
