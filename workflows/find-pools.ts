import { proxyActivities, setCurrentDetails } from "@temporalio/workflow";
import type { ActorActivities } from "./messages.ts";
import { NON_RETRYABLE_ERRORS } from "./retries.ts";

const activities = proxyActivities<ActorActivities>({
	// The first one of a large chain reads for long; what it has read stands, and the next attempt goes on from there.
	startToCloseTimeout: "6h",
	heartbeatTimeout: "1m",
	retry: { initialInterval: "5s", maximumAttempts: 5, nonRetryableErrorTypes: NON_RETRYABLE_ERRORS },
});

/** One look for pools in every way that the chain's dexes offer; started by its schedule. */
export async function findPools(input: { readonly chainId: number }): Promise<void> {
	const { blockNumber, summary } = await activities.findPools(input);
	setCurrentDetails(`block ${blockNumber}: ${summary}`);
}
