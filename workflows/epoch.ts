import {
	allHandlersFinished,
	condition,
	continueAsNew,
	proxyActivities,
	setCurrentDetails,
	setHandler,
	workflowInfo,
} from "@temporalio/workflow";
import { type ActorActivities, closeEpochUpdate, type EpochActorInput, epochStatusQuery, type PublishedEpoch } from "./messages.ts";
import { NON_RETRYABLE_ERRORS } from "./retries.ts";

const { closeEpoch } = proxyActivities<ActorActivities>({
	startToCloseTimeout: "5m",
	heartbeatTimeout: "30s",
	retry: { initialInterval: "1s", maximumInterval: "30s", nonRetryableErrorTypes: NON_RETRYABLE_ERRORS },
});

/** The actor of a chain's reward epochs: closes on schedule and on demand, one closing at a time. */
export async function epoch(input: EpochActorInput): Promise<void> {
	let last = input.last;
	let closing: Promise<PublishedEpoch | null> | null = null;
	const close = (): Promise<PublishedEpoch | null> => {
		closing ??= closeEpoch({ chainId: input.chainId })
			.then((published) => {
				if (published !== null) {
					last = published;
					setCurrentDetails(`epoch ${published.epoch} published: ${published.accounts} accounts, root ${published.root}`);
				}
				return published;
			})
			.finally(() => {
				closing = null;
			});
		return closing;
	};
	setHandler(epochStatusQuery, () => ({ last }));
	setHandler(closeEpochUpdate, close);
	while (!workflowInfo().continueAsNewSuggested) {
		await condition(() => workflowInfo().continueAsNewSuggested, input.epochSeconds * 1000);
		await close();
	}
	await condition(allHandlersFinished);
	await continueAsNew<typeof epoch>({ ...input, last });
}
