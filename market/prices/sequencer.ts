import { id } from "ethers";
import type { SequencerStatus } from "../../domain/price.ts";
import type { ChainClient } from "../chain-client.ts";
import { intAt, uintAt } from "../protocols/abi-word.ts";
import { tryCalls } from "../tried-calls.ts";
import type { PriceBlock } from "./observation.ts";

const LATEST_ROUND_DATA = id("latestRoundData()").slice(0, 10);

export interface SequencerFeed {
	readonly address: string;
	/** How long after its return a sequencer's prices are still left alone: what waited in front of it is executed first. */
	readonly graceSeconds: number;
}

/**
 * Reads a rollup's uptime feed (Chainlink, L2 sequencer uptime feeds): the answer is 0 while the sequencer is up and 1 while it is down, `startedAt` the
 * time of the last change.
 */
export async function readSequencer(client: Pick<ChainClient, "callAt">, feed: SequencerFeed, block: PriceBlock): Promise<SequencerStatus> {
	const [round] = await tryCalls(client, block.hash, [{ to: feed.address, data: LATEST_ROUND_DATA, words: 5 }]);
	if (!round) return { status: "unknown", message: `uptime feed ${feed.address} does not answer; correct prices.sequencer` };
	return judgeSequencer({ feed, answer: intAt(round, 1), startedAt: uintAt(round, 2), block });
}

export function judgeSequencer(of: {
	readonly feed: SequencerFeed;
	readonly answer: bigint;
	readonly startedAt: bigint;
	readonly block: PriceBlock;
}): SequencerStatus {
	const { feed, answer, startedAt, block } = of;
	// Arbitrum's feed answers with startedAt 0 until its first message from L1 has arrived.
	if (startedAt === 0n) return { status: "unknown", message: `uptime feed ${feed.address} has no round yet` };
	const forSeconds = block.timestamp - Number(startedAt);
	if (answer === 1n) return { status: "down", message: `the sequencer is down for ${forSeconds} s (${feed.address})` };
	if (answer !== 0n) return { status: "unknown", message: `uptime feed ${feed.address} answers ${answer}, which is neither up nor down` };
	if (forSeconds <= feed.graceSeconds) {
		const message = `the sequencer is back for ${forSeconds} s; its prices are used after more than ${feed.graceSeconds} s (${feed.address})`;
		return { status: "recovering", message };
	}
	return { status: "up", forSeconds };
}
