import { createRoute, z } from "@hono/zod-openapi";
import { moneyOverTime, outcomeCounts } from "../../db/opportunities.ts";
import { cumulativeRewards } from "../../db/rewards.ts";
import { OUTCOMES, type Outcome } from "../../domain/outcome.ts";
import { nativeAmount, tokenAmount } from "../amounts.ts";
import { chainQueryParam, chosenChain } from "../chains/choice.ts";
import { checksummed } from "../checksum.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter, errorResponse } from "../errors.ts";
import { type MoneySummary, moneySummarySchema } from "./schema.ts";

const moneyRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Money"],
	summary: "Net profit over time, outcomes, rewards",
	request: {
		query: z.object({
			chainId: chainQueryParam,
			since: z.iso
				.datetime()
				.optional()
				.openapi({ param: { name: "since", in: "query" }, description: "First point of the curve; sums are over everything all the same" }),
		}),
	},
	responses: {
		200: { content: { "application/json": { schema: moneySummarySchema } }, description: "Money of one chain" },
		400: errorResponse("Bad input"),
		404: errorResponse("No such chain"),
	},
});

/** Points of the curve: more than a chart has pixels for would be wasted. */
const MAX_POINTS = 400;

/** `GET /api/money`. */
export function moneyRoutes(deps: ApiDependencies) {
	return createRouter().openapi(moneyRoute, async (c) => {
		const { chainId, since } = c.req.valid("query");
		const chain = chosenChain(deps.chains, chainId);
		const midnight = new Date(deps.now());
		midnight.setUTCHours(0, 0, 0, 0);
		const scope = { chainId: chain.chainId };
		const [points, all, today, rewards] = await Promise.all([
			moneyOverTime(deps.db, { ...scope, since: since === undefined ? undefined : new Date(since), maxPoints: MAX_POINTS }),
			outcomeCounts(deps.db, scope),
			outcomeCounts(deps.db, { ...scope, since: midnight }),
			cumulativeRewards(deps.db, chain.chainId),
		]);
		const summary: MoneySummary = {
			chainId: chain.chainId,
			netProfitTotal: nativeAmount(chain, total(all)),
			netProfitToday: nativeAmount(chain, total(today)),
			today: midnight.toISOString().slice(0, 10),
			outcomes: countsByOutcome(all),
			points: points.map((point) => ({ at: point.at.toISOString(), cumulativeWei: point.cumulativeNetProfit })),
			rewards: rewards.map((reward) => ({
				account: checksummed(reward.account),
				cumulative: tokenAmount(chain, chain.wrappedNative, reward.cumulative),
			})),
		};
		return c.json(summary, 200);
	});
}

type Counts = Awaited<ReturnType<typeof outcomeCounts>>;

function total(counts: Counts): string {
	return counts.reduce((sum, row) => sum + BigInt(row.netProfit), 0n).toString();
}

function countsByOutcome(counts: Counts): Record<Outcome, number> {
	const count = (outcome: Outcome) => counts.find((row) => row.outcome === outcome)?.count ?? 0;
	return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, count(outcome)])) as Record<Outcome, number>;
}
