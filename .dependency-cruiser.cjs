/**
 * The import table: what the files of a folder may import besides their own folder. Packages are free, but for the pure folders.
 * `workflows/messages.ts` holds the message types, the one file of `workflows/` that activities and the API may know.
 */
const MESSAGES = "workflows/messages\\.ts$";
const BELOW_ACTIVITIES = ["domain", "config", "rust-wasm", "models", "strategy", "db", "market", "execution", "contracts"];
const BELOW_WORKERS = [...BELOW_ACTIVITIES, "workflows", "activities"];

/** @type {Record<string, { folders: string[], files?: string[] }>} */
const TABLE = {
	domain: { folders: [] },
	config: { folders: ["domain"] },
	"rust-wasm": { folders: ["domain"] },
	models: { folders: ["domain"] },
	strategy: { folders: ["domain", "config", "rust-wasm", "models"] },
	db: { folders: ["domain"] },
	market: { folders: ["domain", "config", "rust-wasm", "db"] },
	execution: { folders: ["domain", "config", "db"] },
	contracts: { folders: [] },
	workflows: { folders: ["domain"] },
	activities: { folders: BELOW_ACTIVITIES, files: [MESSAGES] },
	workers: { folders: BELOW_WORKERS },
	api: { folders: ["domain", "config", "db", "rust-wasm"], files: [MESSAGES] },
	ui: { folders: ["api"] },
	devnet: { folders: [...BELOW_WORKERS, "workers", "api", "tests", "bench", "scripts"] },
	cli: { folders: [...BELOW_WORKERS, "workers", "api", "ui", "devnet"] },
};
const ALL = [...Object.keys(TABLE), "tests", "bench", "docs", "scripts"];

/** A test beside a file, or what the tests of a folder share. */
const TEST = ["\\.test\\.ts$", "^[a-z-]+/testing/"];
/** What a test beside a file may use besides: the servers of the test run, and values that several tests share. */
const TEST_SET_UP = "tests/(setup|fixtures)/";
/** Node's modules that reach outside the process, or know the time or chance. */
const IO =
	"^(node:)?(child_process|cluster|crypto|dgram|dns|fs|http|https|http2|inspector|net|os|perf_hooks|process|readline|repl|timers|tls|worker_threads)(/|$)";

const tableRules = Object.entries(TABLE).flatMap(([folder, { folders, files = [] }]) => {
	const allowed = [...[folder, ...folders].map((name) => `${name}/`), ...files];
	const to = `^(${ALL.join("|")})/`;
	return [
		{
			name: `import-table-${folder}`,
			severity: "error",
			comment: `${folder}/ may import ${allowed.join(", ")} only (the import table in docs/ARCHITECTURE.md)`,
			from: { path: `^${folder}/`, pathNot: TEST },
			to: { path: to, pathNot: `^(${allowed.join("|")})` },
		},
		{
			name: `import-table-${folder}-tests`,
			severity: "error",
			comment: `tests in ${folder}/ may import what it may import, and ${TEST_SET_UP}`,
			from: { path: [`^${folder}/.*\\.test\\.ts$`, `^${folder}/testing/`] },
			to: { path: to, pathNot: `^(${[...allowed, TEST_SET_UP].join("|")})` },
		},
	];
});

module.exports = {
	forbidden: [
		...tableRules,
		{
			name: "dashboard-takes-types-of-the-api-only",
			severity: "error",
			comment: "the dashboard talks to the API; it shares its types, not its code",
			from: { path: "^ui/" },
			to: { path: "^api/", dependencyTypesNot: ["type-only", "type-import"] },
		},
		{
			name: "pure-folders-do-no-io",
			severity: "error",
			comment: "domain/ and strategy/ take values and return values: no I/O, no clock, no randomness",
			from: { path: "^(domain|strategy)/", pathNot: TEST },
			to: { dependencyTypes: ["core"], path: IO },
		},
		{
			name: "everything-resolves",
			severity: "error",
			comment: "an import that leads nowhere; the benchmarks' peers are installed by the benchmarks alone",
			from: { pathNot: "^bench/[a-z]+/peers/" },
			to: { couldNotResolve: true, pathNot: "^(\\$app|\\$env|\\$lib)" },
		},
	],
	options: {
		exclude: { path: "^\\.(cache|data)/|(^|/)(node_modules|\\.svelte-kit|build|target|out|artifacts)/" },
		doNotFollow: { path: "node_modules" },
		tsPreCompilationDeps: "specify",
		tsConfig: { fileName: "tsconfig.json" },
		enhancedResolveOptions: {
			exportsFields: ["exports"],
			conditionNames: ["import", "require", "node", "default", "types"],
			extensions: [".ts", ".js", ".mjs", ".cjs", ".json", ".svelte"],
		},
	},
};
