import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** The part of solc-js that is used. `version()` is e.g. `0.8.37+commit.…`. */
export interface Solc {
	version(): string;
	compile(standardJson: string): string;
}

export interface CompilerSettings {
	readonly evmVersion?: string;
	readonly viaIR?: boolean;
	readonly optimizer: {
		readonly enabled: boolean;
		readonly runs: number;
		readonly details?: { readonly yulDetails: { readonly optimizerSteps: string } };
	};
	readonly metadata?: { readonly bytecodeHash: "none" | "ipfs"; readonly appendCBOR?: boolean };
}

/** A compiled contract as it is committed. Bytecodes are hex with `0x`; `solc` is the compiler's full version. */
export interface ContractArtifact {
	readonly contractName: string;
	readonly abi: readonly unknown[];
	readonly bytecode: string;
	readonly deployedBytecode: string;
	readonly solc: string;
	/** sha256 over compiler version, settings, and every source file that went in. */
	readonly sourceHash: string;
}

export interface Compilation {
	/** Reads the sources: given a path as the compiler names it, its text. */
	readonly read: (path: string) => string;
	readonly solc: Solc;
	readonly settings: CompilerSettings;
	readonly contracts: readonly { readonly path: string; readonly name: string }[];
}

interface CompilerOutput {
	readonly errors?: readonly {
		readonly errorCode: string;
		readonly severity: "error" | "warning" | "info";
		readonly formattedMessage: string;
	}[];
	readonly contracts?: Readonly<
		Record<
			string,
			Readonly<
				Record<
					string,
					{
						readonly abi: readonly unknown[];
						readonly evm: { readonly bytecode: { readonly object: string }; readonly deployedBytecode: { readonly object: string } };
					}
				>
			>
		>
	>;
}

/** 2394 reminds, wherever transient storage is written, that it outlives the call: the executor clears its own or writes it before each read. */
const ACCEPTED_WARNINGS: ReadonlySet<string> = new Set(["2394"]);

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));

/** Our contracts that are deployed, by name; they live in `contracts/src`. */
const DEPLOYED_CONTRACTS = ["ArbitrageExecutor", "RewardDistributor"] as const;
/** Those that exist in the state overrides of a call alone. */
const SIMULATED_CONTRACTS = ["TokenInspector", "TokenPuppet"] as const;
/** Those of them that read pool states; they live in `contracts/src/readers`. */
const READERS = ["PairReader", "PairFinder", "ConcentratedReader", "ConcentratedFinder", "AlgebraFee"] as const;
export const OWN_CONTRACTS = [...DEPLOYED_CONTRACTS, ...SIMULATED_CONTRACTS, ...READERS] as const;

/**
 * How ours are compiled. Runs are high because the executor is called far more often than it is deployed. No metadata hash is appended, so the
 * bytecode depends on the code alone.
 */
export const OWN_SETTINGS: CompilerSettings = {
	evmVersion: "cancun",
	optimizer: { enabled: true, runs: 1_000_000 },
	metadata: { bytecodeHash: "none", appendCBOR: false },
};

/** Simulated ones run on every chain that is read, under its rules: nothing newer than London, which chains without PUSH0 have as well. */
const SIMULATED_SETTINGS: CompilerSettings = { ...OWN_SETTINGS, evmVersion: "london", optimizer: { enabled: true, runs: 200 } };
/** Readers alike, but made for many runs in one call. */
const READER_SETTINGS: CompilerSettings = { ...OWN_SETTINGS, evmVersion: "paris" };

/** Loads a solc-js by the name of its npm package. */
export function loadSolc(packageName: string): Solc {
	return createRequire(import.meta.url)(packageName) as Solc;
}

/** Compiles our contracts with the `solc` of package.json. */
export function compileOwn(): ReadonlyMap<string, ContractArtifact> {
	const solc = loadSolc("solc");
	const located = (names: readonly string[], folder = "contracts/src") => names.map((name) => ({ path: `${folder}/${name}.sol`, name }));
	const readers = located(READERS, "contracts/src/readers");
	return new Map([
		...compile({ read: readOwnSource, solc, settings: OWN_SETTINGS, contracts: located(DEPLOYED_CONTRACTS) }),
		...compile({ read: readOwnSource, solc, settings: SIMULATED_SETTINGS, contracts: located(SIMULATED_CONTRACTS) }),
		...compile({ read: readOwnSource, solc, settings: READER_SETTINGS, contracts: readers }),
	]);
}

/** Where a contract's committed artifact is. */
export function artifactFile(name: string): string {
	return join(REPOSITORY, "contracts", "artifacts", `${name}.json`);
}

function readOwnSource(path: string): string {
	const packaged = join(REPOSITORY, "node_modules", path);
	return readFileSync(existsSync(packaged) ? packaged : join(REPOSITORY, path), "utf8");
}

/**
 * Compiles contracts with everything that they import.
 *
 * @throws Error with the compiler's own text where it reports an error or a warning: ours compile without either.
 */
export function compile(of: Compilation): ReadonlyMap<string, ContractArtifact> {
	const sources = collectSources(
		of.contracts.map((contract) => contract.path),
		of.read,
	);
	// Only what is asked for is translated: the contracts that those of other protocols import would take minutes.
	const outputs = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"];
	const outputSelection: Record<string, Record<string, readonly string[]>> = {};
	for (const { path, name } of of.contracts) outputSelection[path] = { ...outputSelection[path], [name]: outputs };
	const input = {
		language: "Solidity",
		sources: Object.fromEntries([...sources].map(([path, content]) => [path, { content }])),
		settings: { ...of.settings, outputSelection },
	};
	const output = JSON.parse(of.solc.compile(JSON.stringify(input))) as CompilerOutput;
	const problems = (output.errors ?? []).filter((problem) => problem.severity !== "info" && !ACCEPTED_WARNINGS.has(problem.errorCode));
	if (problems.length > 0) throw new Error(problems.map((problem) => problem.formattedMessage).join("\n"));

	const sourceHash = createHash("sha256")
		.update(JSON.stringify([of.solc.version(), of.settings, [...sources]]))
		.digest("hex");
	const artifacts = new Map<string, ContractArtifact>();
	for (const { path, name } of of.contracts) {
		const compiled = output.contracts?.[path]?.[name];
		if (compiled === undefined) throw new Error(`${path} contains no contract ${name}`);
		artifacts.set(name, {
			contractName: name,
			abi: compiled.abi,
			bytecode: `0x${compiled.evm.bytecode.object}`,
			deployedBytecode: `0x${compiled.evm.deployedBytecode.object}`,
			solc: of.solc.version(),
			sourceHash,
		});
	}
	return artifacts;
}

/** The files that `roots` import, directly or not, in alphabetical order. */
function collectSources(roots: readonly string[], read: (path: string) => string): ReadonlyMap<string, string> {
	const sources = new Map<string, string>();
	const pending = [...roots];
	for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
		if (sources.has(path)) continue;
		const content = read(path);
		sources.set(path, content);
		for (const [, imported = ""] of content.matchAll(/^\s*import\s[^;]*?["']([^"']+)["'];/gm)) {
			pending.push(imported.startsWith(".") ? posix.join(posix.dirname(path), imported) : imported);
		}
	}
	return new Map([...sources].sort(([a], [b]) => (a < b ? -1 : 1)));
}
