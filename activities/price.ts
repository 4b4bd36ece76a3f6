import { keccak256, toUtf8Bytes } from "ethers";
import { readPools } from "../db/registry.ts";
import type { Candidate } from "../domain/candidate.ts";
import { planIdOf } from "../domain/executor-events.ts";
import type { LifecycleActivities } from "../domain/lifecycle.ts";
import { executionFacts } from "../domain/plan.ts";
import { encodeExecute } from "../execution/executor.ts";
import { type PostedTransaction, readDataFee } from "../market/prices/data-fee.ts";
import { gatherPrices } from "../market/prices/prices.ts";
import { estimateRouteGas } from "../strategy/detect.ts";
import { decidePrice } from "../strategy/price.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { runStep } from "./step.ts";

/** Prices of the start token, of the native coin and of gas, at the candidate's block; on a rollup, what the transaction's data costs there. */
export function priceStep(deps: ChainDependencies): LifecycleActivities["price"] {
	return ({ candidate }) =>
		runStep({
			step: "price",
			deps,
			gather: async () => {
				const { chain, client } = deps;
				const { block } = candidate;
				const kind = chain.dataFee;
				const [pools, head, dataFee] = await Promise.all([
					readPools(deps.db, candidate.chainId),
					client.head(),
					kind === undefined ? null : readDataFee(client, { kind, transaction: expectedTransaction(chain.executor, candidate), block }),
				]);
				const gathered = await gatherPrices(client, { chain, block, tokens: [candidate.startToken], pools });
				return {
					block,
					...gathered,
					headNumber: head.number,
					maxAgeBlocks: chain.policy.maxPriceAgeBlocks,
					startToken: candidate.startToken,
					...(dataFee === null ? {} : { l1DataFeeWei: dataFee.toString() }),
				};
			},
			decide: decidePrice,
		});
}

/**
 * The transaction as long as it will be: its length follows from the route. The amounts are not decided yet; in their places stand 128 bits that do not
 * compress, so that a fee by compressed size comes out no lower than the real one.
 */
export function expectedTransaction(executor: string, candidate: Candidate): PostedTransaction {
	const amount = (name: string): bigint => BigInt(keccak256(toUtf8Bytes(`${candidate.routeHash} ${name}`))) >> 128n;
	const planId = planIdOf(candidate.routeHash);
	const calldata = encodeExecute({
		planId,
		lender: `0x${planId.slice(-40)}`,
		startToken: candidate.startToken,
		amountIn: amount("input"),
		minProfit: amount("profit"),
		deadlineBlock: candidate.block.number,
		hops: candidate.route.map((hop, i) => {
			const state = candidate.pools[i];
			return {
				...{ pool: hop.pool, family: hop.family, tokenIn: hop.tokenIn, tokenOut: hop.tokenOut },
				...{ amountIn: amount(`in ${i}`).toString(), amountOut: amount(`out ${i}`).toString() },
				...(state === undefined ? { feePips: 0 } : executionFacts(state)),
			};
		}),
	});
	return { chainId: candidate.chainId, to: executor, calldata, gas: estimateRouteGas(candidate.pools) };
}
