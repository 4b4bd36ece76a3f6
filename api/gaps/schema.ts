import { z } from "@hono/zod-openapi";
import { tokenSchema } from "../amounts.ts";

const whole = z.string().openapi({ example: "0.000413870000000000", description: "Whole coins of the quote token for one whole token" });

export const chainPriceSchema = z
	.object({
		chainId: z.number().int(),
		chain: z.string().openapi({ example: "devnet-fast" }),
		token: tokenSchema,
		quoteToken: tokenSchema,
		buy: z
			.object({ price: whole, pool: z.string() })
			.openapi({ description: "The pool that gives most for one whole coin of the quote token" }),
		sell: z.object({ price: whole, pool: z.string() }).openapi({ description: "The pool that gives most for what that coin buys" }),
		blockNumber: z.number().int(),
		blockHash: z.string(),
		blockAt: z.iso.datetime().openapi({ description: "The block's timestamp" }),
		ageSeconds: z.number().openapi({ description: "Since the block's timestamp, or since the price was stored, whichever is longer ago" }),
		isStale: z.boolean().openapi({ description: "Too old to be compared" }),
	})
	.openapi("ChainPrice");
export type ChainPrice = z.infer<typeof chainPriceSchema>;

export const chainGapSchema = z
	.object({
		asset: z.string().openapi({ example: "USDC" }),
		quoteAsset: z.string().openapi({ example: "WETH" }),
		status: z.enum(["gap", "no_gap", "stale"]).openapi({
			description:
				"`gap`: something is left after pool fees. `no_gap`: nothing is. `stale`: fewer than two chains have a price young enough",
		}),
		/** Null where it is stale. */
		best: z
			.object({
				buyOn: z.number().int().openapi({ description: "Chain id" }),
				sellOn: z.number().int().openapi({ description: "Chain id" }),
				gapBps: z.number().openapi({
					example: 25.31,
					description: "Share of the amount spent that is left after pool fees and impact; negative where it is a loss",
				}),
				apartSeconds: z.number().openapi({ description: "Between the two blocks' timestamps: prices of different moments" }),
			})
			.nullable(),
		whyNotExecuted: z.string(),
		prices: z.array(chainPriceSchema).openapi({ description: "By chain, in the order of the settings" }),
	})
	.openapi("ChainGap");
export type ChainGap = z.infer<typeof chainGapSchema>;

export const chainGapsSchema = z
	.object({
		checkedAt: z.iso.datetime(),
		staleAfterSeconds: z.number().int(),
		gaps: z.array(chainGapSchema).openapi({ description: "Largest gap first; those that cannot be compared last" }),
	})
	.openapi("ChainGaps");
export type ChainGaps = z.infer<typeof chainGapsSchema>;
