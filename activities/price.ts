import { readPools } from "../db/registry.ts";
import type { LifecycleActivities } from "../domain/lifecycle.ts";
import { gatherPrices } from "../market/prices.ts";
import { decidePrice } from "../strategy/price.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { runStep } from "./step.ts";

/** Prices of the start token and of gas, at the candidate's block. */
export function priceStep(deps: ChainDependencies): LifecycleActivities["price"] {
	return ({ candidate }) =>
		runStep({
			step: "price",
			deps,
			gather: async () => {
				const [pools, head] = await Promise.all([readPools(deps.db, candidate.chainId), deps.client.head()]);
				const gathered = await gatherPrices(deps.client, {
					chain: deps.chain,
					block: candidate.block,
					tokens: [candidate.startToken],
					pools,
				});
				return {
					block: candidate.block,
					...gathered,
					headNumber: head.number,
					maxAgeBlocks: deps.chain.policy.maxPriceAgeBlocks,
					startToken: candidate.startToken,
				};
			},
			decide: decidePrice,
		});
}
