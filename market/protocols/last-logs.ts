import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import type { ChainLog, TopicFilter } from "../log.ts";
import { FIRST_SPAN, mayBeLimit } from "../log-limit.ts";

/**
 * A contract's logs from a block backwards, range by range, each range in the order of the chain: for the last log of a kind, wherever it is.
 *
 * @throws ArbError `stale_state` where no endpoint has the block; of the node where even a single block cannot be asked for.
 */
export async function* logsBackwards(
	client: ChainClient,
	of: { readonly blockHash: string; readonly address: string; readonly topics: TopicFilter },
): AsyncGenerator<readonly ChainLog[], void, undefined> {
	const block = await client.block(of.blockHash);
	if (block === null) {
		throw new ArbError({
			code: "stale_state",
			message: `no endpoint has block ${of.blockHash}; follow the head of this moment`,
			retryable: true,
		});
	}
	// The block itself by its hash: by number it may be another one by now.
	yield await client.logsOf(of.blockHash, { addresses: [of.address], topics: of.topics });
	let to = block.number - 1;
	let span = FIRST_SPAN;
	while (to >= 0) {
		const from = Math.max(0, to - span + 1);
		let logs: readonly ChainLog[];
		try {
			logs = await client.logsBetween({ fromBlock: from, toBlock: to, addresses: [of.address], topics: of.topics });
		} catch (error) {
			if (!mayBeLimit(error) || to === from) throw error;
			span = Math.max(1, Math.floor((to - from + 1) / 2));
			continue;
		}
		yield logs;
		to = from - 1;
		span *= 2;
	}
}
