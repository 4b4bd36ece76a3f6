import { id } from "ethers";
import type { Pool } from "../../../domain/pool.ts";
import type { ChainLog } from "../../log.ts";
import { uintAt } from "../abi-word.ts";
import { type Reading, unreadable } from "../adapter.ts";
import { logsBackwards } from "../last-logs.ts";

/** Both vaults' stable pools log these alike. Values carry the pool's precision of 1,000, times are seconds. */
export const AMP_UPDATE_STARTED = id("AmpUpdateStarted(uint256,uint256,uint256,uint256)");
export const AMP_UPDATE_STOPPED = id("AmpUpdateStopped(uint256)");

/** The amplification as the engine takes it: from `startValue` at `startTime` to `endValue` at `endTime`. */
export interface Amplification {
	readonly startValue: string;
	readonly endValue: string;
	readonly startTime: string;
	readonly endTime: string;
}

export function resting(value: bigint): Amplification {
	return { startValue: value.toString(), endValue: value.toString(), startTime: "0", endTime: "0" };
}

/** What a log says of the amplification; null for another log. */
export function amplificationOf(log: ChainLog): Amplification | null {
	if (log.topics[0] === AMP_UPDATE_STOPPED) return resting(uintAt(log.data, 0));
	if (log.topics[0] !== AMP_UPDATE_STARTED) return null;
	const [startValue = "", endValue = "", startTime = "", endTime = ""] = [0, 1, 2, 3].map((word) => uintAt(log.data, word).toString());
	return { startValue, endValue, startTime, endTime };
}

/**
 * The way that pools are on whose getter tells the value of the block alone (`getAmplificationParameter`): its ends are in the log that it began with.
 *
 * @throws ArbError `chain` for a pool without such a log.
 */
export function amplificationsUnderWay(reading: Reading): Promise<ReadonlyMap<string, Amplification>> {
	return Promise.all(reading.pools.map(async (pool) => [pool.address, await underWay(reading, pool)] as const)).then(
		(found) => new Map(found),
	);
}

async function underWay({ client, blockHash }: Reading, pool: Pool): Promise<Amplification> {
	for await (const logs of logsBackwards(client, {
		blockHash,
		address: pool.address,
		topics: [[AMP_UPDATE_STARTED, AMP_UPDATE_STOPPED]],
	})) {
		const last = logs.at(-1);
		const found = last === undefined ? null : amplificationOf(last);
		if (found !== null) return found;
	}
	throw unreadable(pool, "its amplification moves, and no log tells from where to where");
}
