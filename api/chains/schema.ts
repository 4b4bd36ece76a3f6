import { z } from "@hono/zod-openapi";
import { tokenSchema } from "../amounts.ts";
import { modeSchema } from "../opportunities/schema.ts";

export const controlSchema = z
	.object({
		mode: modeSchema,
		paused: z.boolean(),
		killSwitch: z.boolean(),
		limits: z.object({
			maxAmountIn: z.string(),
			maxGasCostWei: z.string(),
			maxLossWeiPerDay: z.string(),
			maxSubmissionsPerMinute: z.number().int(),
		}),
	})
	.openapi("Control");
export type ControlState = z.infer<typeof controlSchema>;

export const chainFactsSchema = z
	.object({
		chainId: z.number().int(),
		name: z.string(),
		/** As configured; `control.mode` is what claims are checked against. */
		mode: modeSchema,
		nativeSymbol: z.string(),
		tokens: z.array(tokenSchema),
		dexes: z.array(z.object({ name: z.string(), family: z.string(), factory: z.string() })),
		executor: z.string(),
		treasury: z.string(),
		operators: z.array(z.string()),
		confirmationDepth: z.number().int(),
		explorerUrl: z.string().nullable(),
		/** Null where no worker has been set up for this chain yet. */
		control: controlSchema.nullable(),
	})
	.openapi("Chain");
export type ChainFacts = z.infer<typeof chainFactsSchema>;

export const chainsSchema = z
	.object({
		chains: z.array(chainFactsSchema),
		temporalUiUrl: z.string().nullable(),
	})
	.openapi("Chains");
export type Chains = z.infer<typeof chainsSchema>;

export const chainParamSchema = z.object({
	chainId: z.coerce
		.number()
		.int()
		.min(1)
		.openapi({ param: { name: "chainId", in: "path" }, type: "integer", example: 31337 }),
});
export const killSwitchBodySchema = z.strictObject({ engaged: z.boolean() }).openapi("KillSwitchRequest");
export const pauseBodySchema = z.strictObject({ paused: z.boolean() }).openapi("PauseRequest");
