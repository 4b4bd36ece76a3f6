/**
 * Compiles the contracts and writes the committed artifacts.
 *
 *   node scripts/build-contracts.ts           ours, with the `solc` of package.json, to contracts/artifacts/
 *   node scripts/build-contracts.ts --sushi   SushiSwap's V2 exchange, to devnet/artifacts/
 *
 * SushiSwap's package carries source only and needs solc 0.6.12, which nothing else here does, so it is no dependency: install it for this
 * run alone with `npm install --no-save solc-0.6@npm:solc@0.6.12`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { keccak256 } from "ethers";
import { artifactFile, type CompilerSettings, compile, compileOwn, loadSolc, type Solc } from "../contracts/compiler.ts";
import { messageOf } from "../domain/errors.ts";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const OLD_SOLC = "solc-0.6";
const SUSHI = "@sushiswap/core";
/** The package does not state its own; 200 is what solc takes for an optimizer that is just switched on. */
const SUSHI_SETTINGS: CompilerSettings = { optimizer: { enabled: true, runs: 200 } };

if (process.argv.includes("--sushi")) buildSushi();
else buildOwn();

function buildOwn(): void {
	for (const [name, artifact] of compileOwn()) writeJson(artifactFile(name), artifact);
}

function buildSushi(): void {
	const root = dirname(createRequire(import.meta.url).resolve(`${SUSHI}/package.json`));
	const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string };
	const contracts = ["UniswapV2Factory", "UniswapV2Pair"].map((name) => ({ path: `contracts/uniswapv2/${name}.sol`, name }));
	const artifacts = compile({
		read: (path) => readFileSync(join(root, path), "utf8"),
		solc: loadOldSolc(),
		settings: SUSHI_SETTINGS,
		contracts,
	});
	for (const { path, name } of contracts) {
		const artifact = artifacts.get(name);
		if (artifact === undefined) throw new Error(`${path} was not compiled`);
		writeJson(join(REPOSITORY, "devnet", "artifacts", `${name}.sushi.json`), {
			...artifact,
			initCodeHash: keccak256(artifact.bytecode),
			source: { package: SUSHI, version, path, license: "GPL-3.0", licenseFile: "contracts/uniswapv2/LICENSE" },
			settings: SUSHI_SETTINGS,
		});
	}
}

function loadOldSolc(): Solc {
	try {
		return loadSolc(OLD_SOLC);
	} catch (error) {
		throw new Error(`${OLD_SOLC} is not installed (${messageOf(error)}): npm install --no-save ${OLD_SOLC}@npm:solc@0.6.12`, {
			cause: error,
		});
	}
}

function writeJson(file: string, value: unknown): void {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, `${JSON.stringify(value, null, "\t")}\n`);
	process.stdout.write(`${file.slice(REPOSITORY.length)}\n`);
}
