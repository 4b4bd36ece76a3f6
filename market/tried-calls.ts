import { ArbError } from "../domain/errors.ts";
import type { Call, ChainClient } from "./chain-client.ts";

const HEX_OF_WORD = 64;

/**
 * Return data of each call at the end of a block, null for a call that reverts or that answers less than `words` ABI words, as an address without code
 * does: one contract that is not what the settings say must not hide what the others say.
 *
 * @throws ArbError of the node where it cannot be asked, or does not have the block.
 */
export function tryCalls(
	client: Pick<ChainClient, "callAt">,
	blockHash: string,
	calls: readonly (Call & { readonly words: number })[],
): Promise<(string | null)[]> {
	return Promise.all(
		calls.map(async ({ words, ...call }) => {
			try {
				const [data = "0x"] = await client.callAt(blockHash, [call]);
				return data.length >= 2 + words * HEX_OF_WORD ? data : null;
			} catch (error) {
				if (error instanceof ArbError && error.code === "chain" && !error.retryable) return null;
				throw error;
			}
		}),
	);
}
