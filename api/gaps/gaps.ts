import type { ChainConfig } from "../../config/chain.ts";
import type { StoredPrice } from "../../db/best-prices.ts";
import { formatUnits } from "../../domain/amount.ts";
import { crossChainGapPpm, PRICE_DECIMALS, type ScaledPrice, wholePrices } from "../../domain/best-price.ts";
import { describeToken } from "../amounts.ts";
import { checksummed } from "../checksum.ts";
import type { ChainGap, ChainGaps, ChainPrice } from "./schema.ts";

/** Twice a slow chain's block time and some: older prices are shown, and compared with nothing. */
export const STALE_AFTER_SECONDS = 30;

const NOT_ATOMIC =
	"Not executed: not atomic. It takes a transaction on each chain, of which one may fail; no flash loan spans both, and what is bought is not where it is sold.";

type Token = ChainConfig["tokens"][number];

/** A stored price with what the settings say of its tokens. */
interface Compared extends ScaledPrice {
	readonly chainId: number;
	readonly asset: string;
	readonly quoteAsset: string;
	readonly blockTimestamp: number;
	readonly shown: ChainPrice;
}

/**
 * Gaps between chains: the best prices of each asset that at least two chains have, quoted in one asset. Tokens are the same only where both chains' settings
 * name one `asset`; prices older than {@link STALE_AFTER_SECONDS} are compared with nothing.
 *
 * @param of.nowMs wall clock, epoch milliseconds
 */
export function chainGaps(of: {
	readonly chains: readonly ChainConfig[];
	readonly prices: readonly StoredPrice[];
	readonly nowMs: number;
}): ChainGaps {
	const known = of.chains.flatMap((chain) =>
		of.prices.filter((price) => price.chainId === chain.chainId).flatMap((price) => comparable(chain, price, of.nowMs)),
	);
	const pairs = Map.groupBy(known, ({ asset, quoteAsset }) => `${asset}\n${quoteAsset}`);
	const gaps = [...pairs.values()].flatMap(([first, ...others]) =>
		first === undefined || others.length === 0 ? [] : [gapOf([first, ...others])],
	);
	return {
		checkedAt: new Date(of.nowMs).toISOString(),
		staleAfterSeconds: STALE_AFTER_SECONDS,
		gaps: gaps.sort((a, b) => (b.best?.gapBps ?? Number.NEGATIVE_INFINITY) - (a.best?.gapBps ?? Number.NEGATIVE_INFINITY)),
	};
}

/** Nothing where the settings no longer give both tokens an asset. */
function comparable(chain: ChainConfig, price: StoredPrice, nowMs: number): Compared[] {
	const token = tokenOf(chain, price.token);
	const quote = tokenOf(chain, price.quoteToken);
	if (token?.asset === undefined || quote?.asset === undefined) return [];
	const scaled = { price, decimals: token.decimals, quoteDecimals: quote.decimals };
	const { buy, sell } = wholePrices(scaled);
	const ageSeconds = Math.max(nowMs / 1_000 - price.blockTimestamp, (nowMs - price.storedAt.getTime()) / 1_000, 0);
	const shown: ChainPrice = {
		chainId: chain.chainId,
		chain: chain.name,
		token: describeToken(chain, price.token),
		quoteToken: describeToken(chain, price.quoteToken),
		buy: { price: formatUnits(buy, PRICE_DECIMALS), pool: checksummed(price.buyPool) },
		sell: { price: formatUnits(sell, PRICE_DECIMALS), pool: checksummed(price.sellPool) },
		blockNumber: price.blockNumber,
		blockHash: price.blockHash,
		blockAt: new Date(price.blockTimestamp * 1_000).toISOString(),
		ageSeconds: Math.round(ageSeconds * 10) / 10,
		isStale: ageSeconds > STALE_AFTER_SECONDS,
	};
	return [{ ...scaled, chainId: chain.chainId, asset: token.asset, quoteAsset: quote.asset, blockTimestamp: price.blockTimestamp, shown }];
}

function tokenOf(chain: ChainConfig, address: string): Token | undefined {
	return chain.tokens.find((token) => token.address === address);
}

function gapOf(prices: readonly [Compared, ...Compared[]]): ChainGap {
	const [{ asset, quoteAsset }] = prices;
	const common = { asset, quoteAsset, prices: prices.map(({ shown }) => shown) };
	const fresh = prices.filter(({ shown }) => !shown.isStale);
	const ways = fresh.flatMap((buy) =>
		fresh.filter((sell) => sell !== buy).map((sell) => ({ buy, sell, ppm: crossChainGapPpm({ buy, sell }) })),
	);
	const best = ways.reduce<(typeof ways)[number] | null>((most, way) => (most === null || way.ppm > most.ppm ? way : most), null);
	if (best === null) {
		const old = prices.filter(({ shown }) => shown.isStale).map(({ shown }) => `${shown.chain}'s is ${Math.round(shown.ageSeconds)} s old`);
		return {
			...common,
			status: "stale",
			best: null,
			whyNotExecuted: `Not compared: ${old.join(", ")}; at most ${STALE_AFTER_SECONDS} s are compared.`,
		};
	}
	const { buy, sell, ppm } = best;
	return {
		...common,
		status: ppm > 0n ? "gap" : "no_gap",
		best: {
			...{ buyOn: buy.chainId, sellOn: sell.chainId },
			gapBps: Number(ppm) / 100,
			apartSeconds: Math.abs(buy.blockTimestamp - sell.blockTimestamp),
		},
		whyNotExecuted: ppm > 0n ? NOT_ATOMIC : "No gap: pool fees and price impact take more than the prices are apart.",
	};
}
