import { createRoute } from "@hono/zod-openapi";
import { readBestPrices } from "../../db/best-prices.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter } from "../errors.ts";
import { chainGaps } from "./gaps.ts";
import { chainGapsSchema } from "./schema.ts";

const gapsRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Chains"],
	summary: "Gaps between chains: shown, not executed",
	description:
		"The best price of each asset on each chain, at the block that its watcher saw last, and what buying on one chain and selling on another would leave after pool fees. Two tokens are the same asset where both chains' settings say so (`asset` in `tokens`). A price that is too old is shown with its age and compared with nothing.",
	responses: { 200: { content: { "application/json": { schema: chainGapsSchema } }, description: "Largest gap first" } },
});

/** `GET /api/gaps`. */
export function gapRoutes(deps: ApiDependencies) {
	return createRouter().openapi(gapsRoute, async (c) =>
		c.json(chainGaps({ chains: deps.chains, prices: await readBestPrices(deps.db), nowMs: deps.now() }), 200),
	);
}
