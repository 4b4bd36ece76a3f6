import { z } from "zod";
import type { ChainFacts } from "./chains/chain-facts.ts";

const ppm = z.int().min(0).max(999_999);

/** What Chainlink recommends to wait after a sequencer's return before its prices are used. */
const SEQUENCER_GRACE_SECONDS = 3_600;

/**
 * Sources of prices besides the depth of pools, as a chain file writes them.
 *
 * @param address the file's own form of addresses
 */
export function pricesSchema(address: z.ZodType<string, string>) {
	const feed = z.strictObject({
		/** As the registry names it, e.g. `ETH/USD`. */
		pair: z.string().regex(/^[A-Z0-9.]+\/USD$/, 'is not of the form "ETH/USD"'),
		/** Tokens whose price it is. A wrapped or staked token may lose its peg: give it the feed of its own name only. */
		tokens: z.array(address).min(1),
		/** Where the feed is not in the registry. */
		address: address.optional(),
		/**
		 * What the feed promises, from its page at data.chain.link: a new round after so many seconds, or as soon as the market is this far from the last
		 * one. Both differ between chains and are changed at times, so they are the operator's to state; there is no default that would be safe.
		 */
		heartbeatSeconds: z.int().min(1).max(172_800),
		deviationPpm: ppm,
	});
	return z.strictObject({
		feeds: z.array(feed),
		/** Two sources of a price may differ by this and by what each may be off by itself; beyond it the price is refused. */
		maxDisagreementPpm: ppm,
		/** Means of Uniswap V3 pools over so many seconds; absent: not asked for. */
		twap: z.strictObject({ windowSeconds: z.int().min(60).max(86_400) }).optional(),
		/** A pool prices a token only with so much on its known side, in wei of the native coin. */
		minDepthWei: z.string().regex(/^[1-9][0-9]*$/, "is not a positive number of wei"),
		/** Pools between a token and the native coin at most, where every token is priced. */
		maxHops: z.int().min(1).max(4).default(3),
		/** On a rollup: the registry's uptime feed where absent or null; a rollup of the registry is never without. */
		sequencer: z
			.strictObject({ address: address.optional(), graceSeconds: z.int().min(0).default(SEQUENCER_GRACE_SECONDS) })
			.nullable()
			.default(null),
		/** Pools with less than this, in whole US dollars, are left out of the search until they have more; absent: none is. */
		tvlFloorUsd: z.int().min(1).optional(),
	});
}

export type PricesInput = z.output<ReturnType<typeof pricesSchema>>;

/** A feed with its address. */
export interface PriceFeed {
	readonly pair: string;
	readonly address: string;
	readonly tokens: readonly string[];
	readonly heartbeatSeconds: number;
	readonly deviationPpm: number;
}

/** {@link PricesInput} with the addresses that the registry knows. */
export interface PriceSettings extends Omit<PricesInput, "feeds" | "sequencer"> {
	readonly feeds: readonly PriceFeed[];
	/** Null on a chain that is no rollup. */
	readonly sequencer: { readonly address: string; readonly graceSeconds: number } | null;
}

/** A setting that cannot be, by its place in the file. */
export interface PriceSettingsIssue {
	readonly path: readonly (string | number)[];
	readonly message: string;
}

/** Completes the settings from the registry's facts of the chain (undefined: not in the registry), or says what is wrong with them. */
export function completePrices(of: {
	readonly prices: PricesInput;
	readonly facts: ChainFacts | undefined;
	readonly knownTokens: readonly string[];
}): { readonly settings: PriceSettings; readonly issues: readonly PriceSettingsIssue[] } {
	const { prices, facts } = of;
	const issues: PriceSettingsIssue[] = [];
	const priced = new Set<string>();
	const feeds: PriceFeed[] = [];
	for (const [index, { address, ...feed }] of prices.feeds.entries()) {
		const found = address ?? facts?.feeds.find((known) => known.pair === feed.pair)?.address;
		if (found === undefined) {
			issues.push({ path: ["feeds", index, "address"], message: `the registry has no feed ${feed.pair} on this chain; give its address` });
			continue;
		}
		for (const token of feed.tokens) {
			if (!of.knownTokens.includes(token)) issues.push({ path: ["feeds", index, "tokens"], message: `${token} is none of the tokens` });
			if (priced.has(token)) issues.push({ path: ["feeds", index, "tokens"], message: `${token} has a feed already` });
			priced.add(token);
		}
		feeds.push({ ...feed, address: found });
	}
	const uptime = prices.sequencer?.address ?? facts?.sequencerUptimeFeed;
	const graceSeconds = prices.sequencer?.graceSeconds ?? SEQUENCER_GRACE_SECONDS;
	const sequencer = uptime === undefined ? null : { address: uptime, graceSeconds };
	return { settings: { ...prices, feeds, sequencer }, issues };
}
