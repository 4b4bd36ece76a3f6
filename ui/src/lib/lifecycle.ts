import type { Opportunity, StepDetail } from "../../../api/opportunities/schema.ts";
import type { StepMessage } from "../../../api/stream/messages.ts";

export type Step = Opportunity["step"];
export type Outcome = NonNullable<Opportunity["outcome"]>;

/** The steps in order; a name that the API adds is missed here by the compiler. */
const ORDER = { discover: 0, price: 1, detect: 2, score: 3, plan: 4, submit: 5, confirm: 6, distribute: 7 } as const satisfies Record<
	Step,
	number
>;
export const STEPS = Object.keys(ORDER) as readonly Step[];

export const OUTCOMES = ["settled", "recorded", "reverted", "dropped", "rejected", "failed"] as const satisfies readonly Outcome[];

export type DotState = "done" | "running" | "unreached" | "stopped";

/** Where the lifecycle stopped: the step of its reason, where it has one. */
function stoppedAt(of: Pick<Opportunity, "outcome" | "reason">): number | null {
	if (of.outcome === null || of.outcome === "settled" || of.outcome === "recorded" || of.reason === null) return null;
	return ORDER[of.reason.step];
}

/** One state for each of the eight steps. */
export function dots(of: Pick<Opportunity, "outcome" | "reason" | "step">): DotState[] {
	const stop = stoppedAt(of);
	const reached = ORDER[of.step];
	return STEPS.map((_, index) => {
		if (stop !== null) return index < stop ? "done" : index === stop ? "stopped" : "unreached";
		if (of.outcome !== null) return index <= reached ? "done" : "unreached";
		return index <= reached ? "done" : index === reached + 1 ? "running" : "unreached";
	});
}

/** The dots in words, for those who do not see them. */
export function progressInWords(of: Pick<Opportunity, "outcome" | "reason" | "step">): string {
	const done = dots(of).filter((state) => state === "done").length;
	if (of.outcome === null) return `${done} of ${STEPS.length} steps done, last ${of.step}`;
	if (of.reason === null || stoppedAt(of) === null) return `${of.outcome} after ${done} steps`;
	return `${of.outcome} at ${of.reason.step}`;
}

/**
 * Brings a row up to a step change. The row has to be read again afterwards: a step change does not carry
 * reasons and the parts of the money.
 */
export function applyStep(row: Opportunity, message: StepMessage): Opportunity {
	const isForward = ORDER[message.step] >= ORDER[row.step];
	const outcome = message.status === "done" ? row.outcome : (row.outcome ?? message.status);
	return { ...row, step: isForward ? message.step : row.step, outcome };
}

/** Rows newest first, each once; `fresh` wins over what was known. */
export function mergeRows(of: {
	readonly known: readonly Opportunity[];
	readonly fresh: readonly Opportunity[];
	readonly limit: number;
}): Opportunity[] {
	const byId = new Map<string, Opportunity>();
	for (const row of of.known) byId.set(row.workflowId, row);
	for (const row of of.fresh) byId.set(row.workflowId, row);
	return [...byId.values()]
		.sort((a, b) => (a.createdAt === b.createdAt ? (a.workflowId < b.workflowId ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1))
		.slice(0, of.limit);
}

/** Reasons as people say them; a code that is not listed here is shown with its underscores as spaces. */
const REASONS: Readonly<Record<string, string>> = {
	feature_nan: "feature is not a number",
	no_flash_loan: "no flash loan",
	no_free_wallet: "no free wallet",
	gas_above_profit: "gas above profit",
	never_broadcast: "never broadcast",
};

export function reasonLabel(code: string): string {
	return REASONS[code] ?? code.replaceAll("_", " ");
}

/** Lifecycles of several chains by outcome. */
export function sumOfCounts(all: readonly Readonly<Record<Outcome, number>>[]): Record<Outcome, number> {
	const sum = (outcome: Outcome) => all.reduce((total, counts) => total + counts[outcome], 0);
	return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, sum(outcome)])) as Record<Outcome, number>;
}

/** Share of the settled among those that were handed to a relay and ended; null where there are none. */
export function winRate(counts: Readonly<Record<Outcome, number>>): number | null {
	const ended = counts.settled + counts.reverted + counts.dropped;
	return ended === 0 ? null : counts.settled / ended;
}

/** `12.3 %`, from a share. */
export function percent(share: number, digits = 1): string {
	return `${(share * 100).toFixed(digits)} %`;
}

/** `5 bps` is easier to compare than `0.05 %` for impacts and fees below one percent. */
export function impact(share: number): string {
	return Math.abs(share) < 0.01 ? `${(share * 10_000).toFixed(2)} bps` : percent(share, 2);
}

export function stepTone(status: StepDetail["status"]): "good" | "bad" | "warn" | "odd" | "" {
	switch (status) {
		case "done":
		case "settled":
		case "recorded":
			return "good";
		case "reverted":
		case "failed":
			return "bad";
		case "rejected":
			return "warn";
		case "dropped":
			return "odd";
		default:
			return "";
	}
}
