import { describe, expect, it } from "vitest";
import { ArbError } from "../domain/errors.ts";
import { type BackgroundActivities, byChain } from "./by-chain.ts";

/** Activities that answer with the chain that they belong to. */
function activitiesOf(chainId: number): BackgroundActivities {
	return {
		tendWallet: async () => ({ balanceWei: "0", nonce: chainId, action: "" }),
		closeEpoch: async () => null,
		refreshTvl: async () => ({ blockNumber: chainId, summary: "" }),
	};
}

describe("background activities of several chains", () => {
	it("send each request to its own chain, which is connected to once", async () => {
		const connections: number[] = [];
		const connect = (chainId: number) => async () => {
			connections.push(chainId);
			return activitiesOf(chainId);
		};
		const activities = byChain(new Map([1, 2, 3].map((chainId) => [chainId, connect(chainId)])));
		const blocks = await Promise.all([2, 1, 2].map((chainId) => activities.refreshTvl({ chainId })));
		expect(blocks.map(({ blockNumber }) => blockNumber)).toEqual([2, 1, 2]);
		expect((await activities.tendWallet({ chainId: 1, address: "0x" })).nonce).toBe(1);
		expect(connections).toEqual([2, 1]);
	});

	it("go on where another chain's node is down, and try that one again when it is asked for again", async () => {
		let isDown = true;
		const failing = async () => {
			if (isDown) throw new ArbError({ code: "unavailable", message: "the node does not answer", retryable: true });
			return activitiesOf(2);
		};
		const activities = byChain(
			new Map([
				[1, async () => activitiesOf(1)],
				[2, failing],
			]),
		);
		await expect(activities.refreshTvl({ chainId: 2 })).rejects.toMatchObject({ type: "unavailable", nonRetryable: false });
		expect((await activities.refreshTvl({ chainId: 1 })).blockNumber).toBe(1);
		isDown = false;
		expect((await activities.refreshTvl({ chainId: 2 })).blockNumber).toBe(2);
	});

	it("refuse a chain that is not configured, for good", async () => {
		const activities = byChain(new Map([[1, async () => activitiesOf(1)]]));
		await expect(activities.closeEpoch({ chainId: 5 })).rejects.toMatchObject({ type: "configuration", nonRetryable: true });
	});
});
