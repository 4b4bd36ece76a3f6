import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ArbError } from "../../domain/errors.ts";

/**
 * Compiles this folder's contracts into `devnet/artifacts/`. The artifacts are committed, so that a devnet starts without a compiler:
 * `node devnet/contracts/compile.ts` after a change.
 */
const output = z.object({
	errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
	contracts: z.record(
		z.string(),
		z.record(z.string(), z.object({ abi: z.array(z.unknown()), evm: z.object({ bytecode: z.object({ object: z.string() }) }) })),
	),
});
const compilerSchema = z.object({
	compile: z.function({ input: [z.string()], output: z.string() }),
	version: z.function({ input: [], output: z.string() }),
});

const folder = fileURLToPath(new URL(".", import.meta.url));
const compiler = compilerSchema.parse(createRequire(import.meta.url)("solc"));
const files = readdirSync(folder).filter((name) => name.endsWith(".sol"));
const compiled = output.parse(
	JSON.parse(
		compiler.compile(
			JSON.stringify({
				language: "Solidity",
				sources: Object.fromEntries(files.map((name) => [name, { content: readFileSync(`${folder}/${name}`, "utf8") }])),
				settings: {
					evmVersion: "cancun",
					optimizer: { enabled: true, runs: 1000 },
					outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
				},
			}),
		),
	),
);
const errors = compiled.errors.filter((error) => error.severity === "error");
if (errors.length > 0) {
	throw new ArbError({ code: "invalid_input", message: errors.map((error) => error.formattedMessage).join("\n"), retryable: false });
}
for (const name of ["CurveRegistry", "DevToken", "MarketDesk", "PancakePoolDeployer", "Searcher"]) {
	const contract = compiled.contracts[`${name}.sol`]?.[name];
	if (contract === undefined) throw new ArbError({ code: "not_found", message: `${name}.sol has no contract ${name}`, retryable: false });
	const artifact = { contractName: name, compiler: compiler.version(), abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
	writeFileSync(new URL(`../artifacts/${name}.json`, import.meta.url), `${JSON.stringify(artifact, null, "\t")}\n`);
}
