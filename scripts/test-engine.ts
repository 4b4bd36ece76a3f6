import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { messageOf } from "../domain/errors.ts";
import { engineModule } from "../rust-wasm/module.ts";
import { ROOT } from "./paths.ts";

/**
 * The engine's Rust proofs: its unit and property tests, the recorded answers of real contracts, and the published bytecode run in process.
 * `npm run test:engine -- [--cases N] [--seed S] [--write-docs]`; `--write-docs` puts the table of what was proven into `docs/protocols.md`.
 */
const USAGE = "npm run test:engine -- [--cases N] [--seed S] [--write-docs]\n";
/** Recorded answers below this number prove too little for a family to be switched on. */
const ENOUGH_RECORDED = 500;
const CRATES = ["rust-wasm", "rust-wasm/proofs"];
const RECORDED = join(ROOT, "../shared/data/golden/generated");
const BEGIN = "<!-- proofs -->";
const END = "<!-- end of proofs -->";

const proofSchema = z.object({
	family: z.string(),
	level: z.enum(["bytecode", "recorded", "secondImplementation"]),
	cases: z.number().int(),
	largestDifference: z.string(),
});
type Proof = z.output<typeof proofSchema>;

function run(): boolean {
	const { values } = parseArgs({
		options: { cases: { type: "string" }, seed: { type: "string" }, "write-docs": { type: "boolean" }, help: { type: "boolean" } },
	});
	if (values.help === true) {
		process.stdout.write(USAGE);
		return true;
	}
	for (const name of ["cases", "seed"] as const) {
		if (values[name] !== undefined && !/^[1-9]\d{0,8}$/.test(values[name]))
			throw new Error(`--${name}: "${values[name]}" is no whole number above 0`);
	}
	if (spawnSync("cargo", ["--version"]).status !== 0) throw new Error("cargo is not on PATH; install Rust (rustup.rs) or Debian's cargo");
	const folder = mkdtempSync(join(tmpdir(), "engine-proofs-"));
	try {
		const env = {
			...process.env,
			ENGINE_PROOFS: folder,
			// The same cases in every run: a gate must not fall by chance. Other ones by --seed.
			PROPTEST_RNG_SEED: values.seed ?? "1",
			// One for all: the crates share most of what they are built from.
			CARGO_TARGET_DIR: join(ROOT, "rust-wasm", "target"),
			...(values.cases === undefined ? {} : { ENGINE_CASES: values.cases }),
			...(values.seed === undefined ? {} : { ENGINE_SEED: values.seed }),
		};
		let isGood = true;
		for (const crate of CRATES.filter((name) => existsSync(join(ROOT, name, "Cargo.toml")))) {
			const start = performance.now();
			installBytecode(join(ROOT, crate));
			const args = ["test", "--profile", "proof", "--quiet", "--locked", "--manifest-path", join(ROOT, crate, "Cargo.toml")];
			const { status } = spawnSync("cargo", args, { env, stdio: "inherit" });
			isGood &&= status === 0;
			process.stderr.write(
				`test:engine: ${crate}: ${status === 0 ? "passed" : "FAILED"} in ${((performance.now() - start) / 1000).toFixed(0)} s\n`,
			);
		}
		if (!isSchemaCurrent(env)) {
			process.stderr.write(
				"test:engine: rust-wasm/pool-schema.json is not what the crate's states give; write it by the example pool_schema\n",
			);
			isGood = false;
		}
		const proofs = readProofs(join(folder, "proofs.jsonl"));
		const table = renderTable(proofs);
		process.stdout.write(`${table}\n`);
		// Without the recorded answers, which a public clone lacks, nothing can be said of those families.
		const unproven = existsSync(RECORDED) ? unprovenFamilies(proofs) : [];
		for (const family of unproven)
			process.stderr.write(`test:engine: ${family} is switched on without a proof; list it as experimental in registry.rs\n`);
		isGood &&= unproven.length === 0;
		if (values["write-docs"] === true && isGood) writeDocs(table);
		return isGood;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Is the committed schema of the pools' states what the structs that read them give? */
function isSchemaCurrent(env: NodeJS.ProcessEnv): boolean {
	const crate = join(ROOT, "rust-wasm");
	const args = [
		"run",
		"--release",
		"--quiet",
		"--locked",
		"--features",
		"schema",
		"--example",
		"pool_schema",
		"--manifest-path",
		join(crate, "Cargo.toml"),
	];
	const { status, stdout } = spawnSync("cargo", args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 24 });
	return status === 0 && stdout === readFileSync(join(crate, "pool-schema.json"), "utf8");
}

/** The packages whose bytecode a crate executes, where it names some and they are not there yet, or others are. */
function installBytecode(crate: string): void {
	const lock = join(crate, "package-lock.json");
	if (!existsSync(lock)) return;
	const installed = join(crate, "node_modules", ".package-lock.json");
	if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
	const { status } = spawnSync("npm", ["ci", "--ignore-scripts"], { cwd: crate, stdio: ["ignore", "ignore", "inherit"] });
	if (status !== 0) throw new Error(`npm ci in ${crate} failed; the proofs by bytecode need its packages`);
}

/** Families of the engine that are on by default though neither bytecode nor enough recorded answers prove them. */
function unprovenFamilies(proofs: readonly Proof[]): readonly string[] {
	const enabled = engineModule()
		.families()
		.split("\n")
		.filter((line) => !line.endsWith(" experimental"));
	return enabled.filter((family) => {
		const of = proofs.filter((proof) => proof.family === family);
		const recorded = of.filter((proof) => proof.level === "recorded").reduce((sum, proof) => sum + proof.cases, 0);
		return recorded < ENOUGH_RECORDED && !of.some((proof) => proof.level === "bytecode");
	});
}

function readProofs(file: string): readonly Proof[] {
	if (!existsSync(file)) return [];
	const lines = readFileSync(file, "utf8").split("\n");
	return lines.flatMap((line) => (line === "" ? [] : [proofSchema.parse(JSON.parse(line))]));
}

/** A row a family: how it is proven, by how many cases, and the largest difference in base units. */
export function renderTable(proofs: readonly Proof[]): string {
	const rows = [...Map.groupBy(proofs, (proof) => proof.family)].map(([family, of]) => {
		const cases = (level: Proof["level"]) => of.filter((proof) => proof.level === level).reduce((sum, proof) => sum + proof.cases, 0);
		const [bytecode, recorded, second] = [cases("bytecode"), cases("recorded"), cases("secondImplementation")];
		const level = bytecode > 0 ? "bytecode" : recorded >= ENOUGH_RECORDED ? "recorded" : "experimental";
		const [largest = 0n] = of.map((proof) => BigInt(proof.largestDifference)).sort((a, b) => (a > b ? -1 : Number(a < b)));
		const counted = [bytecode, recorded, second].map((count) => (count === 0 ? "" : count.toLocaleString("en-US")));
		return [family, level, ...counted, largest.toString()];
	});
	rows.sort(([a = ""], [b = ""]) => a.localeCompare(b));
	const header = ["family", "level", "bytecode cases", "recorded answers", "second implementation", "largest difference"];
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function writeDocs(table: string): void {
	const file = join(ROOT, "docs", "protocols.md");
	const text = readFileSync(file, "utf8");
	const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
	if (from < 0 || to < from) throw new Error(`docs/protocols.md lacks ${BEGIN} or ${END}`);
	writeFileSync(file, `${text.slice(0, from)}${BEGIN}\n\n${table}\n\n${text.slice(to)}`);
}

try {
	if (!run()) process.exitCode = 1;
} catch (error) {
	process.stderr.write(`test:engine: ${messageOf(error)}\n`);
	process.exitCode = 1;
}
