import { z } from "@hono/zod-openapi";
import { MODES, OUTCOMES, STEPS } from "../../domain/outcome.ts";
import { tokenAmountSchema, tokenSchema } from "../amounts.ts";
import { cursorSchema } from "./cursor.ts";

export const stepSchema = z.enum(STEPS).openapi("Step");
export const outcomeSchema = z.enum(OUTCOMES).openapi("Outcome");
export const modeSchema = z.enum(MODES).openapi("Mode");

export const reasonSchema = z
	.object({ step: stepSchema, code: z.string().openapi({ example: "expected_value_too_low" }), message: z.string() })
	.openapi("Reason");

export const routeHopSchema = z
	.object({
		pool: z.string(),
		dex: z.string().openapi({ example: "uniswap-v3" }),
		family: z.string(),
		tokenIn: tokenSchema,
		tokenOut: tokenSchema,
	})
	.openapi("RouteHop");
export type RouteHop = z.infer<typeof routeHopSchema>;

export const scoreSchema = z
	.object({
		successPpm: z.number().int(),
		revertedPpm: z.number().int(),
		notIncludedPpm: z.number().int(),
		decidedBy: z.enum(["ensemble", "rules"]),
	})
	.openapi("Score", { description: "Calibrated probabilities of the three ends of a submission, in millionths" });

export const moneySchema = z
	.object({
		grossProfit: tokenAmountSchema,
		flashLoanFee: tokenAmountSchema,
		gasCost: tokenAmountSchema,
		relayPayment: tokenAmountSchema,
		netProfit: tokenAmountSchema,
	})
	.openapi("Money", { description: "Gross profit − flash-loan fee − gas cost − relay payment = net profit, from the receipt" });
export type Money = z.infer<typeof moneySchema>;

const linksSchema = z.object({
	dashboard: z.string(),
	temporal: z.string().nullable(),
	transaction: z.string().nullable(),
});

export const opportunitySchema = z
	.object({
		workflowId: z.string(),
		chainId: z.number().int(),
		blockNumber: z.number().int(),
		blockHash: z.string(),
		route: z.array(routeHopSchema),
		amountIn: tokenAmountSchema,
		/** As detected; `money` holds what came of it. */
		detectedGrossProfit: tokenAmountSchema,
		expectedNetProfit: tokenAmountSchema.nullable(),
		score: scoreSchema.nullable(),
		relay: z.string().nullable(),
		/** Null while the lifecycle runs. */
		outcome: outcomeSchema.nullable(),
		reason: reasonSchema.nullable(),
		/** The last step that the lifecycle has got to. */
		step: stepSchema,
		money: moneySchema.nullable(),
		transactionHash: z.string().nullable(),
		createdAt: z.iso.datetime(),
		concludedAt: z.iso.datetime().nullable(),
		links: linksSchema,
	})
	.openapi("Opportunity");
export type Opportunity = z.infer<typeof opportunitySchema>;

export const opportunityPageSchema = z
	.object({
		items: z.array(opportunitySchema),
		/** Pass as `cursor` for the page after this one; null on the last. */
		nextCursor: z.string().nullable(),
		/** Sequence number of the last event before this page was read: where a stream goes on from. */
		latestSeq: z.number().int(),
	})
	.openapi("OpportunityPage");
export type OpportunityPage = z.infer<typeof opportunityPageSchema>;

export const stepItemSchema = z
	.object({
		label: z.string(),
		value: z.string(),
		kind: z.enum(["text", "amount", "hash", "flag"]),
		/** Exact base units, or the whole hash, where `value` is formatted. */
		raw: z.string().nullable(),
	})
	.openapi("StepItem");
export type StepItem = z.infer<typeof stepItemSchema>;

export const stepDetailSchema = z
	.object({
		step: stepSchema,
		/** `running`: begun, not ended. `unreached`: the lifecycle ended, or has not got here. */
		status: z.enum(["done", "running", "unreached", ...OUTCOMES]),
		at: z.iso.datetime().nullable(),
		elapsedMs: z.number().nullable(),
		/** What its event said. */
		detail: z.string().nullable(),
		reason: reasonSchema.nullable(),
		/** The figures of facts and decision that a person looks for first. */
		items: z.array(stepItemSchema),
		facts: z.unknown().openapi({ description: "What the step observed, as recorded" }),
		decision: z.unknown().openapi({ description: "What a pure function made of it, as recorded" }),
	})
	.openapi("StepDetail");
export type StepDetail = z.infer<typeof stepDetailSchema>;

export const hopDetailSchema = routeHopSchema
	.extend({
		feePips: z.number().int().nullable(),
		amountIn: tokenAmountSchema.nullable(),
		amountOut: tokenAmountSchema.nullable(),
		/** Relative: 0.01 is 1 %. */
		priceImpact: z.number().nullable(),
	})
	.openapi("HopDetail");
export type HopDetail = z.infer<typeof hopDetailSchema>;

export const ledgerLineSchema = z
	.object({
		entryId: z.number().int(),
		account: z.string(),
		debit: tokenAmountSchema.nullable(),
		credit: tokenAmountSchema.nullable(),
	})
	.openapi("LedgerLine");

export const eventSchema = z
	.object({
		seq: z.number().int(),
		step: stepSchema,
		status: z.string(),
		at: z.iso.datetime(),
		detail: z.string(),
		netProfitWei: z.string().nullable(),
	})
	.openapi("StepEvent");

export const submissionSchema = z
	.object({
		wallet: z.string(),
		nonce: z.number().int(),
		transactionHash: z.string(),
		relay: z.string(),
		targetBlock: z.number().int(),
		deadlineBlock: z.number().int(),
		status: z.string(),
		claimedAt: z.iso.datetime(),
		broadcastAt: z.iso.datetime().nullable(),
		includedBlock: z.number().int().nullable(),
		resolvedAt: z.iso.datetime().nullable(),
	})
	.openapi("Submission");

export const opportunityDetailSchema = opportunitySchema
	.extend({
		runId: z.string().nullable(),
		routeHash: z.string(),
		nativeUsd: z.number().nullable().openapi({ description: "USD per native coin at the lifecycle's own block: for display only" }),
		hops: z.array(hopDetailSchema),
		steps: z.array(stepDetailSchema),
		submission: submissionSchema.nullable(),
		ledger: z.array(ledgerLineSchema),
		events: z.array(eventSchema),
	})
	.openapi("OpportunityDetail");
export type OpportunityDetail = z.infer<typeof opportunityDetailSchema>;

/** Query parameters of the two lists. */
export const listQuerySchema = z.object({
	outcome: outcomeSchema.optional(),
	chainId: z.coerce
		.number()
		.int()
		.min(1)
		.optional()
		.openapi({ param: { name: "chainId", in: "query" }, type: "integer" }),
	limit: z.coerce
		.number()
		.int()
		.min(1)
		.max(500)
		.default(50)
		.openapi({ param: { name: "limit", in: "query" }, type: "integer" }),
	cursor: cursorSchema,
});
