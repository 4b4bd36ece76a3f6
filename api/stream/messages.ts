import { z } from "@hono/zod-openapi";
import { OUTCOMES, STEPS } from "../../domain/outcome.ts";

/** One step of one lifecycle, as it was committed. Sequence numbers have the order of the commits. */
export const stepMessageSchema = z
	.object({
		type: z.literal("step"),
		seq: z.number().int(),
		workflowId: z.string(),
		chainId: z.number().int(),
		step: z.enum(STEPS),
		status: z.enum(["done", ...OUTCOMES]),
		at: z.iso.datetime(),
		detail: z.string(),
		netProfitWei: z.string().nullable(),
	})
	.openapi("StepMessage");
export type StepMessage = z.infer<typeof stepMessageSchema>;

/** A pool left the search because its kept state differed from the chain's, or came back. Numbered with the steps. */
export const poolMessageSchema = z
	.object({
		type: z.literal("pool"),
		seq: z.number().int(),
		chainId: z.number().int(),
		/** The contract's address, or a Uniswap V4 pool's id. */
		pool: z.string(),
		status: z.enum(["quarantined", "released"]),
		at: z.iso.datetime(),
		detail: z.string(),
	})
	.openapi("PoolMessage");
export type PoolMessage = z.infer<typeof poolMessageSchema>;

/** What happened, in the order of the commits. */
export type EventMessage = StepMessage | PoolMessage;

/** Sent while nothing happens, so that a client can tell a quiet market from a dead connection. */
export const pingMessageSchema = z
	.object({
		type: z.literal("ping"),
		/** Everything up to here has been sent. */
		seq: z.number().int(),
	})
	.openapi("PingMessage");

export const streamMessageSchema = z
	.discriminatedUnion("type", [stepMessageSchema, poolMessageSchema, pingMessageSchema])
	.openapi("StreamMessage");
export type StreamMessage = z.infer<typeof streamMessageSchema>;

/** Close codes beyond the protocol's own (RFC 6455, 7.4.2: 4000 to 4999 are the application's). */
export const STREAM_CLOSE = {
	/** The client reads too slowly: connect again and resume after the last sequence number. */
	slowClient: 4008,
	/** The sequence number is not of this database: load the state anew. */
	unknownSequence: 4004,
	/** The server could not read its events: connect again and resume. */
	unavailable: 4003,
	/** The server stops (RFC 6455 "going away"): connect again and resume. */
	goingAway: 1001,
} as const;

/** Milliseconds between pings. A client that hears nothing for three of them may give the connection up. */
export const PING_INTERVAL_MS = 10_000;
