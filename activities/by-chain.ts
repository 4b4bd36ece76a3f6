import { ArbError } from "../domain/errors.ts";
import type { ActorActivities } from "../workflows/messages.ts";
import { asFailure } from "./step.ts";

/** What actors ask for in the background: each request names its chain. */
export type BackgroundActivities = Pick<ActorActivities, "tendWallet" | "closeEpoch" | "refreshTvl">;

/**
 * One set of activities over those of several chains: each request goes to its own chain's. A chain is connected to when it is first asked for, and again
 * after that has failed, so that one whose node is down holds up no other.
 */
export function byChain(connect: ReadonlyMap<number, () => Promise<BackgroundActivities>>): BackgroundActivities {
	const connected = new Map<number, Promise<BackgroundActivities>>();
	const connecting = (chainId: number): Promise<BackgroundActivities> => {
		const open = connect.get(chainId);
		if (open === undefined) {
			throw new ArbError({
				code: "configuration",
				message: `this worker serves chains ${[...connect.keys()].join(", ")}, not ${chainId}; add its files to CHAIN_FILE and KEYS_FILE`,
				retryable: false,
			});
		}
		const opening = open();
		connected.set(chainId, opening);
		opening.catch(() => connected.delete(chainId));
		return opening;
	};
	const of = async (chainId: number): Promise<BackgroundActivities> => {
		try {
			return await (connected.get(chainId) ?? connecting(chainId));
		} catch (error) {
			throw asFailure(error);
		}
	};
	return {
		tendWallet: async (input) => (await of(input.chainId)).tendWallet(input),
		closeEpoch: async (input) => (await of(input.chainId)).closeEpoch(input),
		refreshTvl: async (input) => (await of(input.chainId)).refreshTvl(input),
	};
}
