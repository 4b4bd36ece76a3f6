import { allHandlersFinished, condition, continueAsNew, proxyActivities, setCurrentDetails, setHandler } from "@temporalio/workflow";
import { type ActorActivities, type ChainActorInput, chainStatusQuery, setPausedUpdate } from "./messages.ts";
import { NON_RETRYABLE_ERRORS } from "./retries.ts";

/** A watcher that dies is replaced within heartbeat time-out and half a second; the fencing number keeps the dead one from submitting. */
const { watchMarket } = proxyActivities<ActorActivities>({
	startToCloseTimeout: "12h",
	heartbeatTimeout: "3s",
	retry: {
		initialInterval: "500ms",
		backoffCoefficient: 1,
		nonRetryableErrorTypes: NON_RETRYABLE_ERRORS.filter((code) => code !== "fenced"),
	},
});
const { setPaused } = proxyActivities<ActorActivities>({ startToCloseTimeout: "10s", retry: { maximumInterval: "5s" } });

/** The actor of one chain: keeps `watchMarket` alive somewhere in the fleet and takes its operators' orders. */
export async function chain(input: ChainActorInput): Promise<void> {
	const status = { chainId: input.chainId, watches: input.watches, lastWatchEnd: null as string | null };
	setHandler(chainStatusQuery, () => status);
	setHandler(setPausedUpdate, async ({ paused }) => {
		await setPaused({ chainId: input.chainId, paused });
		setCurrentDetails(paused ? "paused: no lifecycles are started" : "watching");
		return { paused };
	});
	status.watches += 1;
	const end = await watchMarket({ chainId: input.chainId });
	status.lastWatchEnd = end.why;
	await condition(allHandlersFinished);
	await continueAsNew<typeof chain>({ chainId: input.chainId, watches: status.watches });
}
