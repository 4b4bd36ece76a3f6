import { z } from "zod";

const rate = z.number().positive();

/** One node of a chain. */
const endpointSchema = z.object({
	http: z.url({ protocol: /^https?$/ }),
	/** For new heads; absent where the node is only asked. */
	ws: z.url({ protocol: /^wss?$/ }).optional(),
	/** What the plan of this node allows; absent without a bound. */
	callsPerSecond: rate.optional(),
	callsPerDay: z.int().min(1).optional(),
	/** Bounds of single methods, e.g. `{"eth_getLogs": 5}`. */
	callsPerSecondOf: z.record(z.string(), rate).optional(),
});

/** How a chain is read: through which nodes, and what is believed of them. */
export const rpcSchema = z
	.object({
		endpoints: z.array(endpointSchema).min(1),
		/** Endpoints that must agree on what money moves on; by default 2 where there are two. */
		agreement: z.union([z.literal(1), z.literal(2)]).optional(),
		/**
		 * When a block's logs count: `agreement` of two endpoints, `receipts` that hash to the header's root, or `unchecked`, on one endpoint's word. By default
		 * by agreement where two must agree, else by receipts.
		 */
		logs: z.enum(["agreement", "receipts", "unchecked"]).optional(),
		/** An endpoint this many blocks behind is not at the head. */
		maxLagBlocks: z.int().min(0).default(3),
	})
	.refine((rpc) => rpc.agreement !== 2 || rpc.endpoints.length >= 2, {
		path: ["agreement"],
		message: "two endpoints cannot agree where there is one; add an endpoint or set 1",
	})
	.refine((rpc) => rpc.logs !== "agreement" || (rpc.agreement ?? 2) === 2, {
		path: ["logs"],
		message: "needs an agreement of 2; set receipts or unchecked",
	})
	.refine((rpc) => rpc.logs !== "agreement" || rpc.endpoints.length >= 2, {
		path: ["logs"],
		message: "two endpoints cannot agree where there is one; set receipts or unchecked",
	});

export type EndpointConfig = z.output<typeof endpointSchema>;
