import { createRoute, z } from "@hono/zod-openapi";
import { latestEventSeq } from "../../db/events.ts";
import { listOpportunities, readOpportunity } from "../../db/opportunities.ts";
import { ArbError } from "../../domain/errors.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter, errorResponse } from "../errors.ts";
import { writeCursor } from "./cursor.ts";
import { presentDetail, presentOpportunity } from "./presentation.ts";
import { listQuerySchema, opportunityDetailSchema, opportunityPageSchema, outcomeSchema } from "./schema.ts";

const listRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Lifecycles"],
	summary: "Lifecycles, newest first",
	request: { query: listQuerySchema.extend({ outcome: outcomeSchema.or(z.literal("running")).optional() }) },
	responses: {
		200: { content: { "application/json": { schema: opportunityPageSchema } }, description: "One page" },
		400: errorResponse("Bad input"),
	},
});

const detailRoute = createRoute({
	method: "get",
	path: "/{id}",
	tags: ["Lifecycles"],
	summary: "One lifecycle: every step with facts and decision, money, ledger, events",
	request: {
		params: z.object({
			id: z
				.string()
				.regex(/^arb-\d+-\d+-[0-9a-f]+-[0-9a-f]+$/, "is not a lifecycle's workflow ID (arb-CHAIN-BLOCK-HASH-ROUTE)")
				.openapi({ param: { name: "id", in: "path" }, example: "arb-31337-1042-9f3c2a10-5be1f0a2c3d4e5f6" }),
		}),
	},
	responses: {
		200: { content: { "application/json": { schema: opportunityDetailSchema } }, description: "The lifecycle" },
		400: errorResponse("Bad input"),
		404: errorResponse("No such lifecycle"),
	},
});

/** `GET /api/opportunities`, `GET /api/opportunities/{id}`. */
export function opportunityRoutes(deps: ApiDependencies) {
	return createRouter()
		.openapi(listRoute, async (c) => {
			const { outcome, chainId, limit, cursor } = c.req.valid("query");
			// Read first: an event between the two reads is then sent again by the stream, not lost.
			const latestSeq = await latestEventSeq(deps.db);
			const page = await listOpportunities(deps.db, { outcome, chainId, limit, before: cursor });
			return c.json({ items: page.rows.map((row) => presentOpportunity(row, deps)), nextCursor: writeCursor(page.next), latestSeq }, 200);
		})
		.openapi(detailRoute, async (c) => {
			const { id } = c.req.valid("param");
			const row = await readOpportunity(deps.db, id);
			if (row === null) {
				throw new ArbError({
					code: "not_found",
					message: `no lifecycle ${id} is recorded; it is written when it claims or ends, and older ones may be past retention`,
					retryable: false,
				});
			}
			return c.json(presentDetail(row, deps), 200);
		});
}
