import { createRoute, z } from "@hono/zod-openapi";
import { ledgerBalances, verifyLedger } from "../../db/ledger.ts";
import { chainQueryParam, chosenChain } from "../chains/choice.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter, errorResponse } from "../errors.ts";
import { ledgerAmount } from "../opportunities/presentation.ts";
import { ledgerSchema } from "./schema.ts";

const ledgerRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Money"],
	summary: "Balances of the ledger, and its hash chain verified",
	request: { query: z.object({ chainId: chainQueryParam }) },
	responses: {
		200: { content: { "application/json": { schema: ledgerSchema } }, description: "The ledger of one chain" },
		400: errorResponse("Bad input"),
		404: errorResponse("No such chain"),
	},
});

/** `GET /api/ledger`: reads every entry, so it is asked for by people, not by timers. */
export function ledgerRoutes(deps: ApiDependencies) {
	return createRouter().openapi(ledgerRoute, async (c) => {
		const chain = chosenChain(deps.chains, c.req.valid("query").chainId);
		const [verification, balances] = await Promise.all([verifyLedger(deps.db, chain.chainId), ledgerBalances(deps.db, chain.chainId)]);
		return c.json(
			{
				chainId: chain.chainId,
				verification,
				balances: balances.map(({ account, asset, balance }) => ({ account, balance: ledgerAmount(chain, asset, balance) })),
			},
			200,
		);
	});
}
