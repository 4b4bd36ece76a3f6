import { createRoute, z } from "@hono/zod-openapi";
import { rejectionCounts } from "../../db/opportunities.ts";
import { chainQueryParam } from "../chains/choice.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter, errorResponse } from "../errors.ts";
import { rejectionsSchema } from "./schema.ts";

const rejectionsRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Lifecycles"],
	summary: "Why lifecycles were not executed, by reason",
	request: {
		query: z.object({
			chainId: chainQueryParam.openapi({ description: "Every chain where absent" }),
			since: z.iso
				.datetime()
				.optional()
				.openapi({ param: { name: "since", in: "query" } }),
		}),
	},
	responses: {
		200: { content: { "application/json": { schema: rejectionsSchema } }, description: "Counts, most frequent first" },
		400: errorResponse("Bad input"),
	},
});

/** `GET /api/rejections`. */
export function rejectionRoutes(deps: ApiDependencies) {
	return createRouter().openapi(rejectionsRoute, async (c) => {
		const { chainId, since } = c.req.valid("query");
		const counts = await rejectionCounts(deps.db, { chainId, since: since === undefined ? undefined : new Date(since) });
		return c.json({ total: counts.reduce((sum, row) => sum + row.count, 0), reasons: counts.map((row) => ({ ...row })) }, 200);
	});
}
