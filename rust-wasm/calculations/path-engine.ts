import { Engine } from "../engine.ts";
import type { PathMarket } from "./path-messages.ts";

/**
 * An engine with the market's pools. The same market gives the same numbers to the pools in every thread, so routes are numbered once.
 *
 * @throws ArbError as `Engine.upsertPools` and `Engine.upsertFamilyPool`.
 */
export function pathEngine({ pools, familyPools = [], timestamp }: PathMarket, experimental: boolean): Engine {
	const engine = new Engine({ experimental });
	try {
		engine.upsertPools(pools);
		for (const state of familyPools) engine.upsertFamilyPool(state);
		engine.setTime(timestamp ?? null);
	} catch (error) {
		engine[Symbol.dispose]();
		throw error;
	}
	return engine;
}
