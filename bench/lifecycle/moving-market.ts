import { setTimeout as delay } from "node:timers/promises";
import type { Devnet } from "../../devnet/devnet.ts";
import { BLOCK_MS } from "./system.ts";

/** Twice the usual fee of two hops and a bit: worth taking, and taken again when it is moved back. */
const MOVE_BPS = 150;

/**
 * Builds blocks at an even pace until the signal is aborted: in every other one the simulated market trades, in the others one pool after the other is
 * moved away from its fair price, so that there are gaps enough for the share that is submitted.
 */
export async function moveMarket(devnet: Devnet, signal: AbortSignal): Promise<void> {
	const { weth } = devnet.deployment;
	const pools = devnet.deployment.pools.filter((pool) => pool.tokens.includes(weth));
	let due = performance.now();
	for (let turn = 0; !signal.aborted; turn++) {
		const pool = pools[(turn >> 1) % pools.length];
		const round = Math.floor((turn >> 1) / pools.length);
		if (turn % 2 === 0 || pool === undefined) await devnet.mine();
		else await devnet.openGap({ pool: pool.address, moveBps: round % 2 === 0 ? MOVE_BPS : -MOVE_BPS });
		due = Math.max(due + BLOCK_MS, performance.now());
		try {
			await delay(Math.max(0, due - performance.now()), undefined, { signal });
		} catch (error) {
			if (!signal.aborted) throw error;
		}
	}
}
