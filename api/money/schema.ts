import { z } from "@hono/zod-openapi";
import { OUTCOMES } from "../../domain/outcome.ts";
import { tokenAmountSchema } from "../amounts.ts";

export const moneyPointSchema = z
	.object({
		at: z.iso.datetime(),
		/** Sum since the first lifecycle, this one included. */
		cumulativeWei: z.string(),
	})
	.openapi("MoneyPoint");

export const outcomeCountsSchema = z
	.object(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, z.number().int()])) as Record<(typeof OUTCOMES)[number], z.ZodNumber>)
	.openapi("OutcomeCounts");

export const rewardSchema = z
	.object({
		account: z.string(),
		cumulative: tokenAmountSchema,
	})
	.openapi("Reward");

export const moneySummarySchema = z
	.object({
		chainId: z.number().int(),
		/** Since the first lifecycle. */
		netProfitTotal: tokenAmountSchema,
		/** Since midnight UTC, the day that the loss limit counts by. */
		netProfitToday: tokenAmountSchema,
		today: z.string().openapi({ example: "2026-11-23" }),
		outcomes: outcomeCountsSchema,
		/** Net profit over time: the last of each span of equal length, so that the newest is always there. */
		points: z.array(moneyPointSchema),
		rewards: z.array(rewardSchema),
	})
	.openapi("MoneySummary");
export type MoneySummary = z.infer<typeof moneySummarySchema>;
