import { createRoute } from "@hono/zod-openapi";
import { latestEventSeq } from "../../db/events.ts";
import { listTrades } from "../../db/opportunities.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter, errorResponse } from "../errors.ts";
import { writeCursor } from "../opportunities/cursor.ts";
import { presentOpportunity } from "../opportunities/presentation.ts";
import { listQuerySchema, opportunityPageSchema } from "../opportunities/schema.ts";

const listRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Money"],
	summary: "Lifecycles in which money moved, newest first by their conclusion",
	request: { query: listQuerySchema },
	responses: {
		200: { content: { "application/json": { schema: opportunityPageSchema } }, description: "One page" },
		400: errorResponse("Bad input"),
	},
});

/** `GET /api/trades`. */
export function tradeRoutes(deps: ApiDependencies) {
	return createRouter().openapi(listRoute, async (c) => {
		const { outcome, chainId, limit, cursor } = c.req.valid("query");
		const latestSeq = await latestEventSeq(deps.db);
		const page = await listTrades(deps.db, { outcome, chainId, limit, before: cursor });
		return c.json({ items: page.rows.map((row) => presentOpportunity(row, deps)), nextCursor: writeCursor(page.next), latestSeq }, 200);
	});
}
