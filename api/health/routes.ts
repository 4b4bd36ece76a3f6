import { createRoute } from "@hono/zod-openapi";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter } from "../errors.ts";
import { examine } from "./probe.ts";
import { type Health, healthSchema } from "./schema.ts";

const healthRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Health"],
	summary: "Each dependency with its latency",
	responses: {
		200: { content: { "application/json": { schema: healthSchema } }, description: "Every dependency answers" },
		503: { content: { "application/json": { schema: healthSchema } }, description: "At least one dependency does not answer" },
	},
});

/** `GET /api/health`: asks every dependency at once. */
export function healthRoutes(deps: ApiDependencies) {
	const startedAt = deps.now();
	return createRouter().openapi(healthRoute, async (c) => {
		const dependencies = await Promise.all(deps.probes.map((probe) => examine(probe)));
		const isUp = dependencies.every((dependency) => dependency.status === "up");
		const health: Health = {
			status: isUp ? "ok" : "degraded",
			checkedAt: new Date(deps.now()).toISOString(),
			uptimeSeconds: Math.floor((deps.now() - startedAt) / 1_000),
			dependencies,
		};
		return c.json(health, isUp ? 200 : 503);
	});
}
