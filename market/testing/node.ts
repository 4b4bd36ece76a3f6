import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { ArbError } from "../../domain/errors.ts";

const require = createRequire(import.meta.url);

/** An anvil of its own for a test, on a port of the system's choice. */
export interface TestNode {
	readonly rpcUrl: string;
	readonly process: ChildProcess;
	close(): Promise<void>;
}

export async function startNode(args: readonly string[]): Promise<TestNode> {
	const node = spawn(anvilBinary(), ["--port", "0", ...args], { stdio: ["ignore", "pipe", "ignore"] });
	const close = async (): Promise<void> => {
		node.kill("SIGKILL");
		if (node.exitCode === null && node.signalCode === null) await once(node, "exit");
	};
	try {
		return { rpcUrl: `http://${await listeningAddress(node)}`, process: node, close };
	} catch (error) {
		await close();
		throw error;
	}
}

function anvilBinary(): string {
	return require.resolve(`@foundry-rs/anvil-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}/bin/anvil`);
}

async function listeningAddress(node: ChildProcess): Promise<string> {
	if (node.stdout === null) throw new ArbError({ code: "unavailable", message: "anvil was started without its output", retryable: false });
	const lines = createInterface(node.stdout);
	for await (const line of lines) {
		const address = /Listening on (\S+)/.exec(line)?.[1];
		if (address === undefined) continue;
		// Read on, or the pipe fills up and the node stops.
		node.stdout.resume();
		return address;
	}
	throw new ArbError({ code: "unavailable", message: "anvil ended before it listened", retryable: false });
}
