import { createRoute, z } from "@hono/zod-openapi";
import { readQuarantines, type StoredQuarantine } from "../../db/quarantine.ts";
import { chainQueryParam, chosenChain } from "../chains/choice.ts";
import { checksummed } from "../checksum.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter, errorResponse } from "../errors.ts";
import { type Quarantine, quarantinesSchema } from "./schema.ts";

const MAX_ROWS = 200;

const quarantinesRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Chains"],
	summary: "Pools whose kept states differed from the chain's",
	request: {
		query: z.object({
			chainId: chainQueryParam.openapi({ description: "Every chain where absent" }),
			limit: z.coerce
				.number()
				.int()
				.min(1)
				.max(MAX_ROWS)
				.default(20)
				.openapi({ param: { name: "limit", in: "query" } }),
		}),
	},
	responses: {
		200: { content: { "application/json": { schema: quarantinesSchema } }, description: "Those that last first, then the youngest" },
		400: errorResponse("Bad input"),
		404: errorResponse("No such chain"),
	},
});

/** `GET /api/quarantines`. */
export function quarantineRoutes(deps: ApiDependencies) {
	return createRouter().openapi(quarantinesRoute, async (c) => {
		const { chainId, limit } = c.req.valid("query");
		if (chainId !== undefined) chosenChain(deps.chains, chainId);
		const rows = await readQuarantines(deps.db, { chainId, limit });
		return c.json({ items: rows.map(presented) }, 200);
	});
}

function presented(row: StoredQuarantine): Quarantine {
	return {
		...{ chainId: row.chainId, pool: checksummed(row.pool), block: { number: row.blockNumber, hash: row.blockHash } },
		...{ fields: [...row.fields], kept: { ...row.kept }, fresh: row.fresh === null ? null : { ...row.fresh }, foundBy: row.foundBy },
		...{ at: row.at.toISOString(), releasedAt: row.releasedAt?.toISOString() ?? null, releasedAtBlock: row.releasedAtBlock },
	};
}
