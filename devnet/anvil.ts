import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { ArbError, messageOf } from "../domain/errors.ts";
import { Rpc } from "./rpc.ts";

/** The fee floor that the builder keeps: the London rule alone would let an idle chain's base fee fall to a few wei. */
export const MIN_BASE_FEE_WEI = 1_000_000_000n;

/** The rules that the chain runs under. */
export const HARDFORK = "prague";

/** Room for the deployment's larger contracts side by side; a V3 pool's creation takes 4.6 million gas. */
const BLOCK_GAS_LIMIT = 60_000_000;

/**
 * Algebra V1 is published as compiled for tests, without the optimiser: its pool deployer has 62,751 bytes of code. On a real chain the limit is 24,576
 * (EIP-170), which the tests of our own contracts keep.
 */
const CODE_SIZE_LIMIT = 65_536;

/**
 * The anvil binary: that of the platform's npm package, else one on PATH (macOS, where the package's own is not run).
 *
 * @throws ArbError `dependency_missing` where there is none
 */
function anvilBinary(environment: { readonly PATH?: string | undefined } = process.env): string {
	const architecture = { x64: "amd64", arm64: "arm64" }[process.arch as string];
	const packageName = `@foundry-rs/anvil-${process.platform}-${architecture}`;
	if (process.platform === "linux" && architecture !== undefined) {
		try {
			return createRequire(import.meta.url).resolve(`${packageName}/bin/anvil`);
		} catch (error) {
			throw new ArbError({
				code: "dependency_missing",
				message: `the package ${packageName} is not installed (${messageOf(error)}); run npm ci`,
				retryable: false,
				cause: error,
			});
		}
	}
	for (const folder of (environment.PATH ?? "").split(delimiter)) {
		const file = join(folder, "anvil");
		if (folder !== "" && existsSync(file)) return file;
	}
	throw new ArbError({
		code: "dependency_missing",
		message: `no anvil for ${process.platform} ${process.arch} on PATH; install Foundry (foundryup) so that anvil is found there`,
		retryable: false,
	});
}

/** A running anvil that mines only when it is told to. */
export interface Anvil {
	readonly rpcUrl: string;
	readonly rpc: Rpc;
	readonly pid: number;
	/** Resolves with what the process left behind when it ends, for whatever reason. */
	readonly exited: Promise<string>;
	stop(): Promise<void>;
}

/**
 * Starts anvil and waits until it listens.
 *
 * @param options.chainId its EIP-155 id
 * @param options.port 0 lets the system choose
 * @param options.stateFile state to start from; a new chain where absent
 * @param options.exitStateFile where anvil writes its state when it ends cleanly
 * @throws ArbError `chain` with anvil's own words where it does not start
 */
export async function startAnvil(options: {
	readonly chainId: number;
	readonly port: number;
	readonly stateFile?: string;
	readonly exitStateFile?: string;
}): Promise<Anvil> {
	const child = spawn(
		anvilBinary(),
		[
			...["--host", "127.0.0.1", "--port", String(options.port), "--chain-id", String(options.chainId)],
			// First come, first mined: the builder hands transactions over in the order that it has decided on.
			...["--no-mining", "--order", "fifo"],
			...["--hardfork", HARDFORK, "--base-fee", String(MIN_BASE_FEE_WEI), "--gas-limit", String(BLOCK_GAS_LIMIT)],
			...["--code-size-limit", String(CODE_SIZE_LIMIT)],
			...["--accounts", "0", "--no-request-size-limit"],
			...(options.stateFile === undefined ? [] : ["--load-state", options.stateFile]),
			...(options.exitStateFile === undefined ? [] : ["--dump-state", options.exitStateFile]),
		],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	// A process that ends without closing (an uncaught error, a test runner's exit) must not leave a chain behind.
	const killWithParent = (): void => {
		child.kill("SIGTERM");
	};
	process.once("exit", killWithParent);
	child.once("exit", () => process.off("exit", killWithParent));
	let errors = "";
	child.stderr.on("data", (chunk: Buffer) => {
		errors = (errors + chunk.toString()).slice(-2000);
	});
	const exited = new Promise<string>((resolve) => {
		child.once("error", (error) => resolve(`anvil could not be run: ${error.message}`));
		child.once("exit", (code, signal) =>
			resolve(`anvil ended with ${signal ?? `code ${code}`}${errors === "" ? "" : `: ${errors.trim()}`}`),
		);
	});
	const port = await Promise.race([
		listeningPort(child),
		exited.then((why): never => {
			throw new ArbError({ code: "chain", message: `${why}; is port ${options.port} in use?`, retryable: false });
		}),
	]);
	// Whatever anvil prints later is of no use, but a full pipe would stop it.
	child.stdout.removeAllListeners("data").resume();
	const { pid } = child;
	if (pid === undefined) throw new ArbError({ code: "chain", message: "anvil listens but has no process id", retryable: true });
	const rpcUrl = `http://127.0.0.1:${port}`;
	return {
		rpcUrl,
		rpc: new Rpc(rpcUrl),
		pid,
		exited,
		stop: async () => {
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill("SIGTERM");
			await once(child, "exit");
		},
	};
}

function listeningPort(child: ChildProcess): Promise<number> {
	return new Promise((resolve) => {
		let text = "";
		child.stdout?.on("data", (chunk: Buffer) => {
			text += chunk.toString();
			const port = /Listening on [^\s:]+:(\d+)/.exec(text)?.[1];
			if (port !== undefined) resolve(Number(port));
		});
	});
}
