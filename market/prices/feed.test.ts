import { describe, expect, it } from "vitest";
import { type FeedRound, judgeFeed } from "./feed.ts";
import { ratio } from "./ratio.ts";

const FEED = { pair: "ETH/USD", address: `0x${"fe".repeat(20)}`, tokens: ["0x01"], heartbeatSeconds: 3_600, deviationPpm: 5_000 };
const BLOCK = { number: 100, hash: "0x00", timestamp: 1_000_000 };
const ROUND: FeedRound = {
	...{ roundId: 9n, answeredInRound: 9n, answer: 2_500_00000000n, updatedAt: 999_900n },
	...{ decimals: 8, minAnswer: 1n, maxAnswer: 10n ** 15n },
};

function judged(round: Partial<FeedRound>, tokenDecimals = 18) {
	return judgeFeed({ feed: FEED, round: { ...ROUND, ...round }, tokenDecimals, block: BLOCK });
}

describe("a feed's round", () => {
	it("prices a base unit of the token in 1e-18 dollars, as old as the answer and off by at most the feed's deviation", () => {
		expect(judged({})).toEqual({
			observation: { kind: "feed", source: FEED.address, price: ratio(2_500n, 1n), ageSeconds: 100, tolerancePpm: 5_000 },
		});
		// A token of 6 decimals at one dollar: a base unit is 10^-6 dollars, or 10^12 of 1e-18.
		expect(judged({ answer: 10n ** 8n }, 6)).toMatchObject({ observation: { price: ratio(10n ** 12n, 1n) } });
		expect(judged({ answer: 25n * 10n ** 17n, decimals: 18, maxAnswer: 10n ** 30n })).toMatchObject({
			observation: { price: ratio(5n, 2n) },
		});
	});

	it.each([
		["that was never updated", { updatedAt: 0n }, "feed_incomplete_round"],
		["carried over from an earlier one", { answeredInRound: 8n }, "feed_incomplete_round"],
		["with an answer of zero", { answer: 0n }, "feed_not_positive"],
		["with a negative answer", { answer: -1n }, "feed_not_positive"],
		["at the aggregator's lower bound", { answer: 10n, minAnswer: 10n }, "feed_at_bound"],
		["below it", { answer: 9n, minAnswer: 10n }, "feed_at_bound"],
		["at the upper bound", { answer: 5_000n, maxAnswer: 5_000n }, "feed_at_bound"],
		["from after the block", { updatedAt: 1_000_001n }, "feed_ahead"],
		["older than heartbeat and lateness", { updatedAt: 1_000_000n - 3_721n }, "feed_stale"],
	] as const)("%s is refused", (_, round, code) => {
		expect(judged(round)).toMatchObject({
			refusal: { kind: "feed", code, source: FEED.address, message: expect.stringContaining("ETH/USD") },
		});
	});

	it("is good to the last second that heartbeat and lateness give it", () => {
		expect(judged({ updatedAt: 1_000_000n - 3_720n })).toMatchObject({ observation: { ageSeconds: 3_720 } });
		expect(judged({ updatedAt: 1_000_000n })).toMatchObject({ observation: { ageSeconds: 0 } });
	});
});
