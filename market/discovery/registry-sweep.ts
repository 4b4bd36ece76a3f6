import type { ChainConfig } from "../../config/chain.ts";
import type { Database } from "../../db/connection.ts";
import type { Block } from "../block.ts";
import type { ChainClient } from "../chain-client.ts";
import { permitStored, storedAdmission } from "./permission.ts";
import type { DiscoveredChain } from "./scope.ts";
import { type Sweep, type SweepResult, settledBlock, sweep } from "./sweep.ts";

/**
 * Finds the chain's pools in the ways given, all of them where absent, stores them, and settles what may be searched by the tokens as they were last inspected.
 *
 * @throws ArbError of the node where its head cannot be had; what befalls one dex is in its result.
 */
export async function discoverIntoRegistry(
	of: {
		readonly db: Database;
		readonly client: ChainClient;
		readonly chain: DiscoveredChain & Pick<ChainConfig, "policy">;
	} & Pick<Sweep, "onProgress" | "signal" | "waysOf">,
): Promise<{ readonly results: readonly SweepResult[]; readonly head: Block }> {
	const { db, client, chain } = of;
	const head = await client.head(of.signal);
	const settled = await settledBlock(client, { head, confirmationDepth: chain.policy.confirmationDepth });
	const admission = await storedAdmission(db, chain);
	const results = await sweep({ ...of, admission, head, settled });
	await permitStored(db, chain);
	return { results, head };
}
