import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { Deployment } from "./deployment.ts";
import { contractOf } from "./families/dex.ts";

export interface CompetitorProcess {
	/** Resolves with what happened when it ends, for whatever reason. */
	readonly exited: Promise<string>;
	stop(): Promise<void>;
}

/** Starts the competitor as a process of its own. It is told where the chain is and what every searcher knows: the factories and its own contract. */
export function startCompetitor(of: {
	readonly rpcUrl: string;
	readonly deployment: Deployment;
	readonly seed: number;
	readonly log: Logger;
}): CompetitorProcess {
	const { deployment } = of;
	const factory = (dex: string): string => contractOf(deployment.dexes[dex] ?? {}, "factory");
	const child = spawn(
		process.execPath,
		[
			fileURLToPath(new URL("./competitor.ts", import.meta.url)),
			...["--rpc", of.rpcUrl, "--chain-id", String(deployment.chainId), "--seed", String(of.seed)],
			...["--searcher", deployment.searcher, "--weth", deployment.weth],
			...["uniswap-v2", "sushiswap-v2"].flatMap((dex) => ["--v2-factory", factory(dex)]),
			...["--v3-factory", factory("uniswap-v3")],
		],
		{ stdio: ["ignore", "ignore", "pipe"] },
	);
	let last = "";
	child.stderr.on("data", (chunk: Buffer) => {
		for (const line of chunk.toString().split("\n").filter(Boolean)) {
			last = line;
			of.log.info({ competitor: line }, "competitor");
		}
	});
	return {
		exited: new Promise((resolve) => {
			child.once("error", (error) => resolve(`the competitor could not be run: ${error.message}`));
			child.once("exit", (code, signal) => resolve(`the competitor ended with ${signal ?? `code ${code}`}: ${last}`));
		}),
		stop: async () => {
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill("SIGTERM");
			await once(child, "exit");
		},
	};
}
