import { ArbError, messageOf } from "../../domain/errors.ts";
import { isExecutionFailure, verdictOf } from "../bulk/refusal.ts";
import type { ChainClient } from "../chain-client.ts";

/** A call of a contract as it would be answered in the block after the one that is read. */
export interface CallAhead {
	readonly to: string;
	readonly data: string;
	/** Who calls; nobody where absent. */
	readonly from?: string;
}

/**
 * The time that the next block is expected at, in seconds since 1970: as long after its parent as that one was after its own, and a second at least. Fees that
 * follow the time by themselves are those of that block; one that comes earlier or later may differ by a millionth or two.
 *
 * @throws ArbError `stale_state` where no endpoint has the block
 */
export async function nextTimestamp(client: ChainClient, blockHash: string): Promise<number> {
	const block = await client.block(blockHash);
	if (block === null) {
		throw new ArbError({
			code: "stale_state",
			message: `no endpoint has block ${blockHash}; follow the head of this moment`,
			retryable: true,
		});
	}
	const parent = await client.block(block.parentHash);
	return block.timestamp + Math.max(1, block.timestamp - (parent?.timestamp ?? block.timestamp));
}

/**
 * Answers on the state after a block at the time of the next one, null for a call that reverts.
 *
 * @throws ArbError `chain` where the node takes no time in `eth_call`; the node's other errors
 */
export function askAhead(
	client: ChainClient,
	of: { readonly blockHash: string; readonly timestamp: number; readonly calls: readonly CallAhead[] },
): Promise<(string | null)[]> {
	const overrides = [{}, { time: `0x${of.timestamp.toString(16)}` }];
	return Promise.all(
		of.calls.map(async (call) => {
			try {
				return await client.readAt({ blockHash: of.blockHash, method: "eth_call", params: [call], overrides });
			} catch (error) {
				if (isExecutionFailure(error)) return null;
				if (verdictOf(error) !== "refused") throw error;
				throw new ArbError({
					code: "chain",
					message: `eth_call at the time of the next block (block overrides): ${messageOf(error)}; use a node that takes them, or leave out the dexes whose fees follow the time`,
					retryable: false,
					cause: error,
				});
			}
		}),
	);
}
