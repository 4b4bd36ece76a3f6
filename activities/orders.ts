import { setPaused } from "../db/control.ts";
import type { ActorActivities } from "../workflows/messages.ts";
import type { ChainDependencies } from "./dependencies.ts";

/** What an operator's order to the chain actor changes: the control row, which the claim transaction reads. */
export function orderActivities(deps: Pick<ChainDependencies, "db">): Pick<ActorActivities, "setPaused"> {
	return {
		setPaused: ({ chainId, paused }) => setPaused(deps.db, { chainId, paused }),
	};
}
