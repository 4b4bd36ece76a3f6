import type { BlockRef } from "../../domain/candidate.ts";
import { ArbError } from "../../domain/errors.ts";
import type { PriceFacts, TokenPrice } from "../../domain/lifecycle.ts";
import type { Pool } from "../../domain/pool.ts";
import type { RefusedPrice, UsdPrice } from "../../domain/price.ts";
import { nextBaseFee } from "../block.ts";
import type { ChainClient } from "../chain-client.ts";
import { type Combined, combinePrice } from "./combination.ts";
import { ATTODOLLARS_PER_DOLLAR, type Observation, type Reading } from "./observation.ts";
import { product, quotient, type Ratio, ratio, toNumber } from "./ratio.ts";
import { readSequencer } from "./sequencer.ts";
import { decimalsOf, type PricedChain, readSources, type Sources } from "./sources.ts";

export type GatheredPrices = Pick<
	PriceFacts,
	"prices" | "nativeUsd" | "nativeUsdSource" | "nextBaseFeePerGasWei" | "priorityFeePerGasWei" | "usdPrices" | "refusedPrices" | "sequencer"
>;

/**
 * Prices at one block, read at its hash: of `tokens` (all configured ones where absent) in wei and in dollars, of the native coin in USD, and of gas in the
 * block after. Without `prices` in the chain's settings the deepest pool against the wrapped native coin is the only source, and a stablecoin is a dollar;
 * with them, {@link combinePrice} has the rule, and what it refuses stands in `refusedPrices`. A token without a price is in neither.
 *
 * @param of.isDetailed whether prices say where they are from and stand in dollars too; where absent, as the settings have `prices` or not
 * @param of.maxHops pools between a token and the wrapped native coin at most (1): with more, every pool given is read
 * @throws ArbError `stale_state` where the node does not have the block.
 */
export async function gatherPrices(
	client: ChainClient,
	of: {
		readonly chain: PricedChain;
		readonly block: BlockRef;
		readonly pools: readonly Pool[];
		readonly tokens?: readonly string[];
		readonly maxHops?: number;
		readonly isDetailed?: boolean;
	},
): Promise<GatheredPrices> {
	const { chain, block } = of;
	const settings = chain.prices;
	const isDetailed = of.isDetailed ?? settings !== undefined;
	const tokens = of.tokens ?? chain.tokens.map((token) => token.address);
	const [header, priorityFee, sequencer, sources] = await Promise.all([
		client.block(block.hash),
		client.suggestPriorityFee(block),
		settings?.sequencer ? readSequencer(client, settings.sequencer, block) : null,
		readSources(client, { ...of, tokens, maxHops: of.maxHops ?? 1 }),
	]);
	if (header === null) {
		throw new ArbError({
			code: "stale_state",
			message: `block ${block.number} (${block.hash}) is not known to the node: it was reorganised away, or the node lags`,
			retryable: true,
		});
	}
	const gas = { nextBaseFeePerGasWei: nextBaseFee(header).toString(), priorityFeePerGasWei: priorityFee.toString() };
	const native = tokens.includes(chain.wrappedNative) ? [nativePrice(chain.wrappedNative, block.number)] : [];
	if (sequencer !== null && sequencer.status !== "up") {
		return { ...gas, prices: native, nativeUsd: null, nativeUsdSource: sequencer.message, sequencer };
	}
	const maxDisagreementPpm = settings?.maxDisagreementPpm ?? 0;
	const nativeUsd = combinePrice({ readings: nativeUsdReadings(chain, sources), maxDisagreementPpm });
	const found: ReadonlyMap<string, Combined> = new Map(
		tokens
			.filter((token) => token !== chain.wrappedNative)
			.map((token) => [token, combinePrice({ readings: readingsOf(token, sources, nativeUsd), maxDisagreementPpm })]),
	);
	const prices = tokens.flatMap((token) => {
		if (token === chain.wrappedNative) return native;
		const combined = found.get(token);
		return combined?.kind === "price" ? [tokenPrice(token, combined, { blockNumber: block.number, isDetailed })] : [];
	});
	const usd =
		nativeUsd.kind === "price"
			? { nativeUsd: toNumber(nativeUsd.observation.price), nativeUsdSource: nativeUsd.observation.source }
			: { nativeUsd: null, nativeUsdSource: settings === undefined ? "no pool with a stablecoin" : nativeUsd.message };
	if (!isDetailed) return { ...gas, prices, ...usd };
	return {
		...gas,
		prices,
		...usd,
		usdPrices: tokens.flatMap((token) => {
			const inNative = token === chain.wrappedNative ? "itself" : found.get(token);
			return usdPrice({ token, inNative, nativeUsd, blockNumber: block.number });
		}),
		refusedPrices: [
			...refused(chain.wrappedNative, "usd", nativeUsd),
			...[...found].flatMap(([token, combined]) => refused(token, "native", combined)),
		],
		...(sequencer === null ? {} : { sequencer }),
	};
}

function nativePrice(token: string, blockNumber: number): TokenPrice {
	return { token, numeratorWei: "1", denominatorUnits: "1", source: "wrapped-native", blockNumber };
}

function tokenPrice(
	token: string,
	{ observation, compared }: Extract<Combined, { kind: "price" }>,
	of: { readonly blockNumber: number; readonly isDetailed: boolean },
): TokenPrice {
	const { numerator, denominator } = observation.price;
	return {
		...{ token, numeratorWei: numerator.toString(), denominatorUnits: denominator.toString() },
		...{ source: observation.source, blockNumber: of.blockNumber },
		...(of.isDetailed ? { kind: observation.kind, ageSeconds: observation.ageSeconds, compared } : {}),
	};
}

function usdPrice(of: {
	readonly token: string;
	readonly inNative: Combined | "itself" | undefined;
	readonly nativeUsd: Combined;
	readonly blockNumber: number;
}): UsdPrice[] {
	const { token, inNative, nativeUsd, blockNumber } = of;
	if (nativeUsd.kind !== "price" || inNative === undefined) return [];
	if (inNative !== "itself" && inNative.kind !== "price") return [];
	const own = inNative === "itself" ? null : inNative;
	const price = own === null ? nativeUsd.observation.price : product(own.observation.price, nativeUsd.observation.price);
	return [
		{
			...{ token, numeratorAttodollars: price.numerator.toString(), denominatorUnits: price.denominator.toString(), blockNumber },
			source: own?.observation.source ?? nativeUsd.observation.source,
			ageSeconds: Math.max(own?.observation.ageSeconds ?? 0, nativeUsd.observation.ageSeconds),
			compared: own?.compared ?? nativeUsd.compared,
			...(own?.observation.depthWei === undefined ? {} : { depthWei: own.observation.depthWei.toString() }),
		},
	];
}

function refused(token: string, quote: "native" | "usd", combined: Combined): RefusedPrice[] {
	if (combined.kind === "price" || combined.code === "source_missing") return [];
	const { code, message, compared } = combined;
	return [{ token, quote, code, message, compared }];
}

// combining -----------------------------------------------------------------------------------------------------------

/** Attodollars per wei: the native coin's feed, and the deepest stablecoin's pools, each at what its own feed says a unit of it is worth. */
function nativeUsdReadings(chain: PricedChain, { feeds, twaps, depths }: Sources): Reading[] {
	const readings: Reading[] = [];
	const own = feeds.get(chain.wrappedNative);
	if (own !== undefined) readings.push(own);
	const stablecoin = [...depths.keys()].find((token) => chain.stablecoins.includes(token));
	if (stablecoin === undefined) return readings;
	for (const reading of [twaps.get(stablecoin), depths.get(stablecoin)]) {
		if (reading === undefined) continue;
		if ("refusal" in reading) readings.push(reading);
		else readings.push(converted(reading.observation, dollarOf(stablecoin, chain, feeds), (wei, dollars) => quotient(dollars, wei)));
	}
	return readings;
}

/** Attodollars per base unit of a stablecoin: by its feed, and one dollar where it has none. */
function dollarOf(token: string, chain: PricedChain, feeds: ReadonlyMap<string, Reading>): Reading {
	const feed = feeds.get(token);
	if (feed !== undefined) return feed;
	const decimals = decimalsOf(chain, token);
	const price = ratio(ATTODOLLARS_PER_DOLLAR, 10n ** BigInt(decimals));
	return { observation: { kind: "depth", source: "counted as one dollar", price, ageSeconds: 0, tolerancePpm: 0 } };
}

/** Wei per base unit of a token, of every source that has one. */
function readingsOf(token: string, { feeds, twaps, depths }: Sources, nativeUsd: Combined): Reading[] {
	const readings: Reading[] = [];
	const feed = feeds.get(token);
	if (feed !== undefined && "observation" in feed) readings.push(converted(feed.observation, asReading(nativeUsd), quotient));
	else if (feed !== undefined) readings.push(feed);
	for (const reading of [twaps.get(token), depths.get(token)]) if (reading !== undefined) readings.push(reading);
	return readings;
}

function asReading(combined: Combined): Reading {
	if (combined.kind === "price") return { observation: combined.observation };
	return { refusal: { kind: "feed", source: "native coin in USD", code: combined.code, message: combined.message } };
}

/** An observation by means of another price: as old as the older of the two, and off by what both may be. */
function converted(observation: Observation, by: Reading, price: (own: Ratio, by: Ratio) => Ratio): Reading {
	const { kind, source } = observation;
	if ("refusal" in by) return { refusal: { ...by.refusal, kind, source } };
	return {
		observation: {
			...{ kind, source, price: price(observation.price, by.observation.price) },
			ageSeconds: Math.max(observation.ageSeconds, by.observation.ageSeconds),
			tolerancePpm: observation.tolerancePpm + by.observation.tolerancePpm,
		},
	};
}
