import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type ChainConfig, parseChainConfig } from "../../config/chain.ts";
import { addressOf, CHAIN, LIMITS } from "../../db/testing/lifecycles.ts";
import { type FreshDatabase, freshDatabase } from "../../tests/setup/database.ts";
import { createApp } from "../app.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { allowedHostnames } from "../origin.ts";
import { type RunningServer, startServer } from "../server.ts";
import { Feeds } from "../stream/routes.ts";
import { DatabaseEvents } from "../stream/source.ts";

/** Settings of the chain that the made-up lifecycles of `db/testing` are on. */
export function chainOf(of: { readonly rpcUrl: string }): ChainConfig {
	return parseChainConfig(
		{
			chainId: CHAIN,
			name: "devnet",
			mode: "devnet",
			rpcUrl: of.rpcUrl,
			genesisHash: `0x${"00".repeat(32)}`,
			explorerUrl: "http://explorer.test/",
			wrappedNative: addressOf("weth"),
			startTokens: [addressOf("weth")],
			stablecoins: [addressOf("usdc")],
			tokens: [
				{ address: addressOf("weth"), symbol: "WETH", decimals: 18 },
				{ address: addressOf("usdc"), symbol: "USDC", decimals: 6 },
			],
			dexes: [{ name: "uniswap-v3", family: "uniswap-v3", factory: addressOf("factory"), startBlock: 0 }],
			balancerVault: addressOf("vault"),
			executor: addressOf("executor"),
			treasury: addressOf("treasury"),
			rewardDistributor: addressOf("distributor"),
			operators: [addressOf("w")],
			walletLowWei: "1",
			walletTargetWei: "2",
			relays: [],
			policy: {
				maxBlockAge: 1,
				maxPriceAgeBlocks: 1,
				deadlineBlocks: 1,
				confirmationDepth: 1,
				maxLifecyclesPerBlock: 1,
				minExpectedValueWei: "1",
				maxLossProbabilityPpm: 1,
				maxAmountInWithoutModel: "1",
				priorityFeeShareBps: 1,
				slippageToleranceBps: 1,
			},
			limits: LIMITS,
			shares: [{ account: addressOf("alice"), shareBps: 10_000 }],
			epochSeconds: 60,
		},
		"test chain",
	);
}

/** A node that knows its chain ID and its head, and nothing else. */
export async function startNode(): Promise<{ readonly url: string; close(): Promise<void> }> {
	const server = createServer((_, response) => {
		response.setHeader("content-type", "application/json");
		response.end(
			JSON.stringify([
				{ jsonrpc: "2.0", id: 2, result: "0x2a" },
				{ jsonrpc: "2.0", id: 1, result: `0x${CHAIN.toString(16)}` },
			]),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

/** A port that nothing listens on: it was free a moment ago. */
export async function deadPort(): Promise<number> {
	const node = await startNode();
	await node.close();
	return Number(new URL(node.url).port);
}

export interface RunningApi {
	readonly fresh: FreshDatabase;
	readonly server: RunningServer;
	readonly feeds: Feeds;
	readonly dashboardDir: string;
	/** Sends a request, as a command line would. */
	ask(path: string, init?: RequestInit): Promise<Response>;
	close(): Promise<void>;
}

/** The whole API on a free port, over a database of its own. */
export async function startApi(of: Partial<Pick<ApiDependencies, "probes" | "chains">> = {}): Promise<RunningApi> {
	const fresh = await freshDatabase();
	const logger = pino({ level: "silent" });
	const dashboardDir = mkdtempSync(join(tmpdir(), "dashboard-"));
	const events = new DatabaseEvents({ db: fresh.db, url: fresh.url, logger });
	const feeds = new Feeds();
	const app = createApp(
		{
			db: fresh.db,
			chains: of.chains ?? [chainOf({ rpcUrl: "http://127.0.0.1:1" })],
			probes: of.probes ?? [],
			events,
			temporal: { uiUrl: "http://temporal.test:8233/", namespace: "default" },
			hostnames: allowedHostnames("127.0.0.1"),
			dashboardDir,
			logger,
			now: () => Date.now(),
		},
		feeds,
	);
	const server = await startServer({ app, feeds, host: "127.0.0.1", port: 0 });
	return {
		fresh,
		server,
		feeds,
		dashboardDir,
		ask: (path, init) => fetch(`${server.url}${path}`, init),
		close: async () => {
			await server[Symbol.asyncDispose]();
			await events[Symbol.asyncDispose]();
			await fresh.close();
			rmSync(dashboardDir, { recursive: true, force: true });
		},
	};
}
