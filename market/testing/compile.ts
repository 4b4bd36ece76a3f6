import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { InterfaceAbi } from "ethers";
import { ArbError } from "../../domain/errors.ts";

const require = createRequire(import.meta.url);

export interface CompiledContract {
	readonly abi: InterfaceAbi;
	/** Creation code. */
	readonly bytecode: string;
	/** What lies at its address then. */
	readonly runtime: string;
}

/** All contracts of a folder's Solidity files, by name. */
export function compileFolder(folder: URL): ReadonlyMap<string, CompiledContract> {
	const compile: (input: string) => string = require("solc").compile;
	const files = readdirSync(folder).filter((file) => file.endsWith(".sol"));
	const input = {
		language: "Solidity",
		sources: Object.fromEntries(files.map((file) => [file, { content: readFileSync(new URL(file, folder), "utf8") }])),
		settings: { evmVersion: "cancun", outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } } },
	};
	const { contracts, errors = [] } = JSON.parse(compile(JSON.stringify(input)));
	const failed = errors.filter((error: { readonly severity: string }) => error.severity === "error");
	if (failed.length > 0) throw new ArbError({ code: "invalid_input", message: JSON.stringify(failed, null, 1), retryable: false });
	const found = new Map<string, CompiledContract>();
	for (const file of files) {
		for (const [name, { abi, evm }] of Object.entries<Output>(contracts[file]))
			found.set(name, { abi, bytecode: `0x${evm.bytecode.object}`, runtime: `0x${evm.deployedBytecode.object}` });
	}
	return found;
}

interface Output {
	readonly abi: InterfaceAbi;
	readonly evm: { readonly bytecode: { readonly object: string }; readonly deployedBytecode: { readonly object: string } };
}
