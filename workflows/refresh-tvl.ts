import { proxyActivities, setCurrentDetails } from "@temporalio/workflow";
import type { ActorActivities } from "./messages.ts";
import { NON_RETRYABLE_ERRORS } from "./retries.ts";

const activities = proxyActivities<ActorActivities>({
	startToCloseTimeout: "2m",
	// The schedule comes back by itself: what does not succeed in a few attempts is left to the next time.
	retry: { initialInterval: "2s", maximumAttempts: 3, nonRetryableErrorTypes: NON_RETRYABLE_ERRORS },
});

/** One valuation of a chain's pools; started by its schedule. */
export async function refreshTvl(input: { readonly chainId: number }): Promise<void> {
	const { blockNumber, summary } = await activities.refreshTvl(input);
	setCurrentDetails(`block ${blockNumber}: ${summary}`);
}
