import { deploymentVersion } from "../devnet/deployment.ts";
import { estimateGas, GAS_LIMIT_MARGIN_BPS, gasParts } from "../rust-wasm/calculations/gas.ts";
import { GAS_COEFFICIENTS } from "../rust-wasm/calculations/gas-coefficients.ts";
import { type Execution, executeRandomly } from "./gas/executions.ts";
import { figure, type Measured, progress, quantile, runBench } from "./report.ts";

/**
 * The gas estimate against real transactions: `npm run bench -- gas [--executions 10000] [--seed 7] [--hops 3] [--json] [--write-docs]`. Executes random
 * profitable cycles on a fresh devnet, each with the gas limit of its own estimate; fits nothing.
 */
const DEFAULTS = { executions: 500, seed: 20_261_126, hops: 3 };
const PROBES = 200;
const AIMS = { median: 0.05, p95: 0.15, outOfGas: 0 };

await runBench(
	"gas",
	async (signal, options): Promise<Measured> => {
		const count = options.get("executions") ?? DEFAULTS.executions;
		const seed = options.get("seed") ?? DEFAULTS.seed;
		const maxHops = options.get("hops") ?? DEFAULTS.hops;
		let told = 0;
		const executions = await executeRandomly({
			...{ seed, count, maxHops, probes: PROBES, gasLimit: "estimated", signal },
			onBlock: (executed) => {
				if (executed - told < 1_000) return;
				told = executed;
				progress(`gas: ${executed} of ${count} executed`);
			},
		});
		return { results: results(executions), notes: notes(executions, seed) };
	},
	DEFAULTS,
);

function results(executions: readonly Execution[]): Measured["results"] {
	const succeeded = executions.filter(({ end }) => end === "succeeded");
	const errors = succeeded.map(({ question, gasUsed }) => ratio(estimateGas(question).gasUsed - gasUsed, gasUsed)).map(Math.abs);
	const probed = executions.flatMap(({ question, probe }) => (probe === null ? [] : [{ question, probe }]));
	const ended = (end: Execution["end"]): number => executions.filter((execution) => execution.end === end).length;
	const share = { unit: "share", better: "lower" } as const;
	const number = { unit: "executions", better: "lower" } as const;
	return [
		figure({ name: "executions", value: executions.length, unit: "executions", better: "higher" }),
		figure({ name: "error of the gas used, median", value: quantile(errors, 0.5), ...share, aim: AIMS.median }),
		figure({ name: "error of the gas used, p95", value: quantile(errors, 0.95), ...share, aim: AIMS.p95 }),
		figure({ name: "error of the gas used, largest", value: quantile(errors, 1), ...share }),
		figure({ name: "out of gas at the estimated limit", value: ended("out-of-gas"), ...number, aim: AIMS.outOfGas }),
		figure({ name: "reverted for another reason", value: ended("reverted"), ...number, aim: 0 }),
		figure({
			name: "least limit that suffices, of the estimated one, largest",
			value: quantile(
				probed.map(({ question, probe }) => ratio(probe.leastGas, estimateGas(question).gasLimit)),
				1,
			),
			...share,
			aim: 1,
		}),
		figure({
			name: "refund counters other than counted",
			value: probed.filter(({ question, probe }) => probe.refund !== BigInt(gasParts(question).refund)).length,
			...number,
			aim: 0,
		}),
	];
}

function notes(executions: readonly Execution[], seed: number): Measured["notes"] {
	const hops = executions.flatMap(({ question }) => question.hops);
	const crossed = hops.reduce((sum, hop) => sum + (hop.family === "uniswap-v3" ? hop.walk.crossed : 0), 0);
	const used = executions.map(({ gasUsed }) => Number(gasUsed));
	const byLength = Map.groupBy(executions, ({ question }) => question.hops.length);
	const lengths = [...byLength].sort(([a], [b]) => a - b).map(([length, of]) => `${of.length} with ${length} hops`);
	const probes = executions.filter(({ probe }) => probe !== null).length;
	return [
		`Seed ${seed}; a fresh devnet, not the one of the fit; the market trades before each block, and each estimate is for the state that its transaction meets.`,
		`${lengths.join(", ")}; ${hops.filter((hop) => hop.family === "uniswap-v3").length} of ${hops.length} hops in V3 pools, ${crossed} ticks crossed; ${Math.min(...used)} to ${Math.max(...used)} gas used.`,
		`The limit is the estimate before refunds and ${Number(GAS_LIMIT_MARGIN_BPS) / 100} %. Least limits and refund counters are those of ${probes} of the executions.`,
		...(GAS_COEFFICIENTS.provenance.deployment === deploymentVersion()
			? []
			: ["The coefficients are of other contracts than those deployed: `node scripts/fit-gas.ts` fits them anew."]),
	];
}

/** In millionths, as a share. */
function ratio(part: bigint, whole: bigint): number {
	return Number((part * 1_000_000n) / whole) / 1e6;
}
