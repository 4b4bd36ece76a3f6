import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { ArbError } from "../../domain/errors.ts";

/** Starts anvil on a free port; the caller kills the process. Ten accounts are funded and unlocked. */
export async function startNode(options: readonly string[]): Promise<{ readonly node: ChildProcess; readonly rpcUrl: string }> {
	const node = spawn(anvilBinary(), ["--port", "0", ...options], { stdio: ["ignore", "pipe", "ignore"] });
	try {
		return { node, rpcUrl: `http://${await listeningAddress(node)}` };
	} catch (error) {
		node.kill("SIGKILL");
		throw error;
	}
}

function anvilBinary(): string {
	return createRequire(import.meta.url).resolve(
		`@foundry-rs/anvil-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}/bin/anvil`,
	);
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
