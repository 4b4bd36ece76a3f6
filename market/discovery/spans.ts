import type { ChainClient } from "../chain-client.ts";
import type { ChainLog, TopicFilter } from "../log.ts";
import { FIRST_SPAN, mayBeLimit } from "../log-limit.ts";

const WIDEST_SPAN = 1_000_000;

export interface LogSpan {
	readonly logs: readonly ChainLog[];
	/** The last block of which these logs are. */
	readonly through: number;
}

/**
 * Logs of a range of any width, asked for in pieces that the node accepts, one piece after the other.
 *
 * @throws ArbError of the node where even a single block cannot be asked for.
 */
export async function* logsInSpans(
	client: Pick<ChainClient, "logsBetween">,
	of: {
		readonly fromBlock: number;
		readonly toBlock: number;
		readonly address: string;
		readonly topics: TopicFilter;
	},
	signal?: AbortSignal,
): AsyncGenerator<LogSpan, void, undefined> {
	let span = FIRST_SPAN;
	let from = of.fromBlock;
	while (from <= of.toBlock) {
		signal?.throwIfAborted();
		const to = Math.min(of.toBlock, from + span - 1);
		let logs: readonly ChainLog[];
		try {
			logs = await client.logsBetween({ fromBlock: from, toBlock: to, addresses: [of.address], topics: of.topics });
		} catch (error) {
			if (!mayBeLimit(error) || to === from) throw error;
			span = Math.max(1, Math.floor((to - from + 1) / 2));
			continue;
		}
		yield { logs, through: to };
		from = to + 1;
		span = Math.min(WIDEST_SPAN, span * 2);
	}
}
