import { id } from "ethers";
import type { PriceFeed } from "../../config/prices.ts";
import type { RefusalCode } from "../../domain/price.ts";
import type { ChainClient } from "../chain-client.ts";
import { addressAt, intAt, uintAt } from "../protocols/abi-word.ts";
import { tryCalls } from "../tried-calls.ts";
import { ATTODOLLARS_PER_DOLLAR, type PriceBlock, type Reading } from "./observation.ts";
import { ratio } from "./ratio.ts";

const LATEST_ROUND_DATA = id("latestRoundData()").slice(0, 10);
const DECIMALS = id("decimals()").slice(0, 10);
const AGGREGATOR = id("aggregator()").slice(0, 10);
const MIN_ANSWER = id("minAnswer()").slice(0, 10);
const MAX_ANSWER = id("maxAnswer()").slice(0, 10);

/**
 * A round that the heartbeat asks for lands in a block some time later: rounds of mainnet's ETH/USD (heartbeat 3,600 s) have been up to 84 s late.
 * An answer older than heartbeat and this is of a feed that has stopped.
 */
export const FEED_LATENESS_SECONDS = 120;

/** A feed's last round (`AggregatorV3Interface.latestRoundData`) with the bounds of the aggregator behind its proxy. Times in seconds. */
export interface FeedRound {
	readonly roundId: bigint;
	readonly answer: bigint;
	readonly updatedAt: bigint;
	readonly answeredInRound: bigint;
	readonly decimals: number;
	/** `minAnswer` and `maxAnswer` of the OCR aggregator: what it answers where the market is beyond them. */
	readonly minAnswer: bigint;
	readonly maxAnswer: bigint;
}

/**
 * Reads feeds at one block, in their order: dollars per token as attodollars per base unit.
 *
 * @param feeds each with the decimals of the token that it prices
 */
export async function readFeeds(
	client: Pick<ChainClient, "callAt">,
	feeds: readonly { readonly feed: PriceFeed; readonly tokenDecimals: number }[],
	block: PriceBlock,
): Promise<Reading[]> {
	const heads = await tryCalls(
		client,
		block.hash,
		feeds.flatMap(({ feed: { address } }) => [
			{ to: address, data: LATEST_ROUND_DATA, words: 5 },
			{ to: address, data: DECIMALS, words: 1 },
			// The bounds belong to the aggregator of the current phase: the proxy points at another one after an upgrade.
			{ to: address, data: AGGREGATOR, words: 1 },
		]),
	);
	const bounds = await tryCalls(
		client,
		block.hash,
		feeds.flatMap((_, i) => {
			const aggregator = addressAt(heads[3 * i + 2] ?? `0x${"0".repeat(64)}`, 0);
			return [
				{ to: aggregator, data: MIN_ANSWER, words: 1 },
				{ to: aggregator, data: MAX_ANSWER, words: 1 },
			];
		}),
	);
	return feeds.map(({ feed, tokenDecimals }, i) => {
		const [round, decimals, aggregator] = heads.slice(3 * i, 3 * i + 3);
		const [minAnswer, maxAnswer] = bounds.slice(2 * i, 2 * i + 2);
		const missing = [
			["latestRoundData", round],
			["decimals", decimals],
			["aggregator", aggregator],
			["minAnswer", minAnswer],
			["maxAnswer", maxAnswer],
		].flatMap(([name, answer]) => (answer ? [] : [name]));
		if (!round || !decimals || !minAnswer || !maxAnswer || missing.length > 0) {
			return refused(feed, "feed_unreadable", `does not answer ${missing.join(", ")}: it is no feed with bounds, or not on this chain`);
		}
		const read: FeedRound = {
			roundId: uintAt(round, 0),
			answer: intAt(round, 1),
			updatedAt: uintAt(round, 3),
			answeredInRound: uintAt(round, 4),
			decimals: Number(uintAt(decimals, 0)),
			minAnswer: intAt(minAnswer, 0),
			maxAnswer: intAt(maxAnswer, 0),
		};
		return judgeFeed({ feed, round: read, tokenDecimals, block });
	});
}

/** May the round's answer be used at that block? Every reason why not has its own code. */
export function judgeFeed(of: {
	readonly feed: PriceFeed;
	readonly round: FeedRound;
	readonly tokenDecimals: number;
	readonly block: PriceBlock;
}): Reading {
	const { feed, round, block } = of;
	if (round.updatedAt === 0n || round.answeredInRound < round.roundId) {
		const message = `round ${round.roundId} is not complete: updated at ${round.updatedAt}, answered in round ${round.answeredInRound}`;
		return refused(feed, "feed_incomplete_round", message);
	}
	if (round.answer <= 0n) return refused(feed, "feed_not_positive", `its answer is ${round.answer}`);
	if (round.answer <= round.minAnswer || round.answer >= round.maxAnswer) {
		const message = `its answer ${round.answer} is at a bound (${round.minAnswer} to ${round.maxAnswer}): the market may be anywhere beyond`;
		return refused(feed, "feed_at_bound", message);
	}
	const ageSeconds = block.timestamp - Number(round.updatedAt);
	if (ageSeconds < 0) return refused(feed, "feed_ahead", `its answer is ${-ageSeconds} s younger than block ${block.number}`);
	const oldest = feed.heartbeatSeconds + FEED_LATENESS_SECONDS;
	if (ageSeconds > oldest) {
		const message = `its answer is ${ageSeconds} s old; with a heartbeat of ${feed.heartbeatSeconds} s at most ${oldest} s are allowed`;
		return refused(feed, "feed_stale", message);
	}
	return {
		observation: {
			kind: "feed",
			source: feed.address,
			price: ratio(round.answer * ATTODOLLARS_PER_DOLLAR, 10n ** BigInt(round.decimals + of.tokenDecimals)),
			ageSeconds,
			tolerancePpm: feed.deviationPpm,
		},
	};
}

function refused(feed: PriceFeed, code: RefusalCode, message: string): Reading {
	return { refusal: { kind: "feed", source: feed.address, code, message: `feed ${feed.pair} (${feed.address}): ${message}` } };
}
