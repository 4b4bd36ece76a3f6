import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { readChains } from "../config/configured-chains.ts";
import { readSettings } from "../config/settings.ts";
import { openDatabase } from "../db/connection.ts";
import { messageOf } from "../domain/errors.ts";
import { createApp } from "./app.ts";
import { chainProbe, postgresProbe, temporalProbe } from "./health/dependencies.ts";
import { allowedHostnames } from "./origin.ts";
import { startServer } from "./server.ts";
import { Feeds } from "./stream/routes.ts";
import { DatabaseEvents } from "./stream/source.ts";

async function main(): Promise<void> {
	const settings = readSettings(process.env);
	const logger = pino({ name: "api", level: settings.LOG_LEVEL }, pino.destination(2));
	const chains = readChains(settings.CHAIN_FILE);

	await using resources = new AsyncDisposableStack();
	const db = resources.use(
		openDatabase(settings.DATABASE_URL, { onIdleError: (error) => logger.warn({ err: error }, "idle database connection lost") }),
	);
	const temporal = resources.use(temporalProbe({ address: settings.TEMPORAL_ADDRESS, namespace: settings.TEMPORAL_NAMESPACE }));
	const events = resources.use(new DatabaseEvents({ db, url: settings.DATABASE_URL, logger }));
	const feeds = new Feeds();

	const hostnames = allowedHostnames(settings.API_HOST);
	if (hostnames === null)
		logger.warn(
			{ host: settings.API_HOST },
			"listening beyond the loopback interface without accounts: put a proxy with authentication in front",
		);
	const app = createApp(
		{
			db,
			chains,
			probes: [postgresProbe(db), temporal, ...chains.map((chain) => chainProbe(chain))],
			events,
			temporal: { uiUrl: settings.TEMPORAL_UI_URL ?? null, namespace: settings.TEMPORAL_NAMESPACE },
			hostnames,
			dashboardDir: fileURLToPath(new URL("../ui/build", import.meta.url)),
			logger,
			now: () => Date.now(),
		},
		feeds,
	);

	const server = resources.use(await startServer({ app, feeds, host: settings.API_HOST, port: settings.API_PORT }));
	process.stdout.write(`${JSON.stringify({ ready: true, url: server.url })}\n`);
	logger.info({ port: settings.API_PORT, chains: chains.map((chain) => chain.chainId) }, "API is ready");

	const signal = await new Promise<string>((resolve) => {
		for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
	});
	logger.info({ signal }, "API stops");
}

try {
	await main();
} catch (error) {
	process.stderr.write(`api: ${messageOf(error)}\n`);
	process.exitCode = 1;
}
