import type { HttpBindings } from "@hono/node-server";
import { chainRoutes } from "./chains/routes.ts";
import { readDashboard } from "./dashboard/assets.ts";
import { dashboardRoutes } from "./dashboard/routes.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { docsRoutes } from "./docs/routes.ts";
import { answerError, createRouter } from "./errors.ts";
import { gapRoutes } from "./gaps/routes.ts";
import { securityHeaders } from "./headers.ts";
import { healthRoutes } from "./health/routes.ts";
import { ledgerRoutes } from "./ledger/routes.ts";
import { moneyRoutes } from "./money/routes.ts";
import { opportunityRoutes } from "./opportunities/routes.ts";
import { sameOriginOnly } from "./origin.ts";
import { quarantineRoutes } from "./quarantines/routes.ts";
import { rejectionRoutes } from "./rejections/routes.ts";
import { type Feeds, streamRoutes } from "./stream/routes.ts";
import { tradeRoutes } from "./trades/routes.ts";

/** The whole application, without a port: REST, stream, documentation, dashboard. */
export function createApp(deps: ApiDependencies, feeds: Feeds) {
	const dashboard = readDashboard(deps.dashboardDir);
	const app = createRouter<{ Bindings: HttpBindings }>();
	app.onError((error, c) => answerError(error, c, deps.logger));
	app.use(securityHeaders(dashboard.scriptHashes));
	app.use("/api/*", sameOriginOnly(deps.hostnames));
	app.use("/api/*", async (c, next) => {
		await next();
		if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
	});
	const routes = app
		.route("/api/health", healthRoutes(deps))
		.route("/api/opportunities", opportunityRoutes(deps))
		.route("/api/trades", tradeRoutes(deps))
		.route("/api/money", moneyRoutes(deps))
		.route("/api/ledger", ledgerRoutes(deps))
		.route("/api/rejections", rejectionRoutes(deps))
		.route("/api/quarantines", quarantineRoutes(deps))
		.route("/api/chains", chainRoutes(deps))
		.route("/api/gaps", gapRoutes(deps))
		.route("/api/stream", streamRoutes(deps, feeds))
		.route("/api/docs", docsRoutes());
	routes.doc31("/api/openapi.json", {
		openapi: "3.1.0",
		info: {
			title: "Quant Arbitrage System",
			version: "1",
			description:
				"Amounts are base units as decimal strings (`raw`), beside the same amount in whole tokens (`formatted`). Times are UTC, ISO 8601. There are no accounts yet: the server listens on the loopback interface, and changes are accepted from its own pages and from command lines only.",
		},
	});
	app.all("/api/*", (c) =>
		c.json({ error: { code: "not_found", message: `${c.req.method} ${c.req.path} is not part of this API; see /api/docs` } }, 404),
	);
	app.route("/", dashboardRoutes(dashboard));
	return routes;
}
