import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { readChains } from "../config/configured-chains.ts";
import { DEVNET_CHAINS, type DevnetChain } from "../devnet/chains.ts";
import { ArbError, messageOf } from "../domain/errors.ts";
import { buildDashboard } from "./dashboard-build.ts";
import { bindStores } from "./genesis.ts";
import { ROOT } from "./paths.ts";
import { freePort, isPortFree } from "./port.ts";
import { planPorts } from "./port-plan.ts";
import { startPostgres } from "./postgres.ts";
import { identityOf, isRunning } from "./process-identity.ts";
import { takeRunLock } from "./run-lock.ts";
import { endOrphans } from "./run-record.ts";
import { type Announcement, runOnce, startService } from "./service.ts";
import { awaitSettled } from "./settled-trades.ts";
import { CHAIN_PORTS, type Ports, parseStartArguments, type StartOptions, USAGE } from "./start-options.ts";
import { type Supervisor, supervise } from "./supervisor.ts";
import { assertNamespace, startTemporal } from "./temporal.ts";

const DATA = join(ROOT, ".data");
const LOCK = "supervisor.json";
const RECORDS = join(DATA, "run");
const LOGS = join(DATA, "logs");

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Says what is being done and how long it took. */
async function stage<T>(name: string, work: Promise<T>): Promise<T> {
	const start = performance.now();
	const result = await work;
	say(`start: ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
	return result;
}

interface System {
	readonly apiUrl: string;
	readonly temporalUi: string | null;
	/** Each with its mode and RPC address, to be read. */
	readonly chains: readonly string[];
}

/** What a local chain says when it is ready. */
const chainFilesSchema = z.object({ chainFile: z.string(), keysFile: z.string() });
type ChainFiles = z.output<typeof chainFilesSchema>;

/** Starts everything, in the order in which one needs the other. */
async function startSystem(options: StartOptions, supervisor: Supervisor): Promise<System> {
	const { ports } = options;
	const common = { supervisor, recordDirectory: RECORDS, command: process.execPath, cwd: ROOT };
	const service = (name: string, args: readonly string[], env: NodeJS.ProcessEnv, graceMs: number): Promise<Announcement> =>
		stage(name, startService({ ...common, name, args, env, logFile: join(LOGS, `${name}.log`), limitMs: 180_000, graceMs }));

	const dashboard = stage(
		"dashboard build",
		buildDashboard((command) =>
			runOnce({ ...common, ...command, name: "dashboard-build", logFile: join(LOGS, "dashboard-build.log"), graceMs: 1_000 }),
		),
	);
	// Awaited when the API starts; a failure before that belongs to what was awaited first.
	dashboard.catch(() => undefined);
	// A process for each: a chain that is busy, or writes its state, keeps no other chain's blocks waiting.
	const startChain = async (chain: DevnetChain, index: number, chainPorts: (typeof CHAIN_PORTS)[number]): Promise<ChainFiles> => {
		const args = ["devnet/main.ts", "--chain", chain.name, "--data-dir", join(DATA, chain.name), "--seed", String(options.seed + index)];
		const portFlags = ["--rpc-port", String(ports[chainPorts.rpc]), "--relay-port", String(ports[chainPorts.relay])];
		const competitor = options.withCompetitor && index === 0 ? ["--competitor"] : [];
		return chainFilesSchema.parse(await service(chain.name, [...args, ...portFlags, ...competitor], process.env, 15_000));
	};
	const [postgres, temporal, ...devnets] = await Promise.all([
		stage("postgres", startDatabase(ports, supervisor)),
		stage("temporal", startTemporalServer(ports, supervisor)),
		...DEVNET_CHAINS.slice(0, options.chains).map((chain, index) => startChain(chain, index, CHAIN_PORTS[index] ?? CHAIN_PORTS[0])),
	]);
	const chainFiles = devnets.map((files) => files.chainFile);
	const chains = readChains(chainFiles);
	await bindStores({ chains, databaseUrl: postgres.url, temporalFile: join(DATA, "temporal.genesis") });

	const settings = {
		DATABASE_URL: postgres.url,
		TEMPORAL_ADDRESS: temporal.address,
		TEMPORAL_NAMESPACE: "default",
		CHAIN_FILE: chainFiles.join(delimiter),
		KEYS_FILE: devnets.map((files) => files.keysFile).join(delimiter),
		API_PORT: String(ports.api),
		...(temporal.uiUrl === null ? {} : { TEMPORAL_UI_URL: temporal.uiUrl }),
	};
	// For the command line in another terminal; it holds the database's password.
	writeFileSync(join(DATA, "environment.json"), JSON.stringify(settings), { mode: 0o600 });
	const env: NodeJS.ProcessEnv = { ...process.env, ...settings };
	const setUp = { name: "workers-set-up", args: ["workers/set-up.ts"], logFile: join(LOGS, "workers-set-up.log"), graceMs: 5_000 };
	await stage("migrations, search attributes, actors", runOnce({ ...common, ...setUp, env }));
	await Promise.all([
		...chains.map(({ name, chainId }) => service(`chain-${name}`, ["workers/chain.ts", "--chain", String(chainId)], env, 10_000)),
		service("background", ["workers/background.ts"], env, 10_000),
		dashboard.then(() => service("api", ["api/main.ts"], env, 5_000)),
	]);
	return {
		apiUrl: `http://127.0.0.1:${ports.api}`,
		temporalUi: temporal.uiUrl,
		chains: chains.map(({ name, chainId, rpcUrl, mode }) => `${name} (${chainId}, ${mode}) at ${rpcUrl}`),
	};
}

async function startDatabase(ports: Ports, supervisor: Supervisor) {
	const dataDir = join(DATA, "postgres");
	const logFile = join(LOGS, "postgres.log");
	const postgres = await startPostgres({ dataDir, port: ports.postgres, logFile, recordDirectory: RECORDS });
	supervisor.add(postgres.child, { graceMs: 15_000 });
	return postgres;
}

/** The server of `TEMPORAL_ADDRESS` where that is set, else one of our own. */
async function startTemporalServer(
	ports: Ports,
	supervisor: Supervisor,
): Promise<{ readonly address: string; readonly uiUrl: string | null }> {
	const given = process.env.TEMPORAL_ADDRESS;
	if (given !== undefined) {
		try {
			await assertNamespace(given);
		} catch (error) {
			throw new ArbError({
				code: "unavailable",
				message: `the Temporal server of TEMPORAL_ADDRESS (${given}) does not answer: ${messageOf(error)}; start it, or unset the variable`,
				retryable: true,
				cause: error,
			});
		}
		say(`start: temporal: TEMPORAL_ADDRESS: ${given}`);
		return { address: given, uiUrl: process.env.TEMPORAL_UI_URL ?? null };
	}
	const temporal = await startTemporal({
		dbFile: join(DATA, "temporal.db"),
		port: ports.temporal,
		uiPort: ports.temporalUi,
		logFile: join(LOGS, "temporal.log"),
		recordDirectory: RECORDS,
		report: (line) => say(`start: ${line}`),
	});
	supervisor.add(temporal.child, { graceMs: 10_000 });
	return temporal;
}

/** Everything but what tells about running processes. */
function wipeState(): void {
	for (const name of readdirSync(DATA)) {
		if (name !== LOCK && name !== "run") rmSync(join(DATA, name), { recursive: true, force: true });
	}
}

function keepLogsOfOneEarlierRun(): void {
	const earlier = `${LOGS}-previous`;
	rmSync(earlier, { recursive: true, force: true });
	if (existsSync(LOGS)) renameSync(LOGS, earlier);
	mkdirSync(LOGS);
}

async function settle(of: { readonly options: StartOptions; readonly system: System; readonly since: Date; readonly signal: AbortSignal }) {
	const { options, system, since, signal } = of;
	if (options.settle === null) return new Promise<never>(() => undefined);
	await awaitSettled({
		apiUrl: system.apiUrl,
		count: options.settle,
		since,
		limitMs: options.settleLimitSeconds * 1000,
		signal,
		onTrade: (trade, number) => {
			const profit = trade.money?.netProfit;
			say(`settled ${number} of ${options.settle} after ${Math.round((Date.now() - since.getTime()) / 1000)} s`);
			say(`  net profit  ${profit === undefined ? "not booked" : `${profit.formatted ?? profit.raw} ${profit.symbol}`}`);
			say(`  dashboard   ${system.apiUrl}/opportunities/${trade.workflowId}`);
			say(`  Temporal UI ${trade.links.temporal ?? "not known: set TEMPORAL_UI_URL"}`);
		},
	});
	say(`${options.settle} lifecycles settled; stopping`);
}

async function main(): Promise<void> {
	const parsed = parseStartArguments(process.argv.slice(2));
	if (parsed.kind === "help") {
		say(USAGE);
		return;
	}
	const since = new Date();
	const stop = new AbortController();
	// npm and the terminal may both pass on one Ctrl-C: the first signal counts.
	const stopped = new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
	// A closed pipe or terminal is the end of whoever reads us: stop in order rather than crash and leave the children behind.
	for (const stream of [process.stdout, process.stderr]) stream.on("error", () => stop.abort());

	const starter = process.env.ARB_STARTER_PID === undefined ? null : identityOf(Number(process.env.ARB_STARTER_PID));
	const watch = setInterval(() => {
		if (starter !== null && !isRunning(starter)) stop.abort();
	}, 500);
	watch.unref();
	const giveBack = await takeRunLock({ file: join(DATA, LOCK), starter, stoppingLimitMs: 60_000 });
	const supervisor = supervise();
	try {
		for (const orphan of await endOrphans({ directory: RECORDS, graceMs: 10_000 }))
			say(`start: ended what an earlier run left behind: ${orphan}`);
		const unused = [
			...(process.env.TEMPORAL_ADDRESS === undefined ? [] : (["temporal", "temporalUi"] as const)),
			...CHAIN_PORTS.slice(parsed.options.chains).flatMap(({ rpc, relay }) => [rpc, relay]),
		];
		const ports = await planPorts({ wanted: parsed.ports, isFree: isPortFree, freePort, unused });
		const options: StartOptions = { ...parsed.options, ports };
		if (options.isFresh) wipeState();
		keepLogsOfOneEarlierRun();
		const run = async () => {
			const system = await startSystem(options, supervisor);
			say("");
			say(`  dashboard    ${system.apiUrl}`);
			say(`  Temporal UI  ${system.temporalUi ?? "not known: set TEMPORAL_UI_URL"}`);
			say(`  API docs     ${system.apiUrl}/api/docs`);
			for (const chain of system.chains) say(`  chain        ${chain}`);
			say("");
			await settle({ options, system, since, signal: stop.signal });
		};
		await Promise.race([run(), supervisor.failure, stopped]);
	} finally {
		stop.abort();
		await supervisor.stop();
		giveBack();
	}
}

try {
	await main();
} catch (error) {
	process.stderr.write(`start: ${messageOf(error)}\n`);
	if (!(error instanceof ArbError)) process.stderr.write(`${error instanceof Error ? error.stack : ""}\n`);
	process.exitCode = 1;
}
