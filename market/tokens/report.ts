import type { Result } from "ethers";
import type { RehearsalStep } from "./rehearsals.ts";
import { INSPECTOR, type Stage } from "./stage.ts";

/** A question is asked after the steps, in the state that they left. */
export interface Question {
	readonly target: string;
	readonly data: string;
}

export interface Scenario {
	/** Whose balances are looked at. */
	readonly accounts: readonly string[];
	readonly steps: readonly RehearsalStep[];
	readonly questions: readonly Question[];
}

/** Balances in the order of the scenario's accounts; base units, and wei of the native coin. */
export interface Look {
	readonly isReadable: boolean;
	/** Of the balance that took most to read. */
	readonly gasUsed: number;
	readonly balances: readonly bigint[];
	readonly allowance: bigint;
	readonly coin: bigint;
}

export interface Outcome {
	readonly succeeded: boolean;
	readonly amount: bigint;
	readonly returnSize: bigint;
	/** The first word returned. */
	readonly answer: bigint;
	readonly gasUsed: number;
	/** How often others had called the actor by then. */
	readonly calls: number;
	readonly seen: Look;
}

export interface Performance {
	readonly start: Look;
	readonly outcomes: readonly Outcome[];
	/** Null where the call failed. */
	readonly answers: readonly (string | null)[];
}

export interface Report {
	readonly gasAvailable: bigint;
	readonly timestamp: bigint;
	readonly coinbase: string;
	/** Null where the gas did not suffice. */
	readonly performances: readonly (Performance | null)[];
}

export function encodeInspection(token: string, stage: Stage | null, scenarios: readonly Scenario[]): string {
	const subject = stage === null ? [token, token, token] : [token, stage.trader, stage.holder];
	const steps = (all: readonly RehearsalStep[]) => all.map((step) => [step.actor, step.target, step.prefix, step.balanceOf, step.amount]);
	return INSPECTOR.encodeFunctionData("inspect", [
		subject,
		scenarios.map(({ accounts, steps: all, questions }) => [accounts, steps(all), questions.map(({ target, data }) => [target, data])]),
	]);
}

/** Reads what the inspector returned: `TokenInspector.Report`. */
export function decodeInspection(data: string): Report {
	const report: Result = INSPECTOR.decodeFunctionResult("inspect", data).getValue("report");
	const rehearsals: readonly string[] = [...report.getValue("rehearsals")];
	return {
		gasAvailable: report.getValue("gasAvailable"),
		timestamp: report.getValue("timestamp"),
		coinbase: String(report.getValue("coinbase")).toLowerCase(),
		performances: rehearsals.map((bytes) => (bytes === "0x" ? null : decodePerformance(bytes))),
	};
}

function decodePerformance(bytes: string): Performance {
	const done: Result = INSPECTOR.decodeFunctionResult("rehearse", bytes).getValue("done");
	const outcomes: readonly Result[] = [...done.getValue("outcomes")];
	const answers: readonly Result[] = [...done.getValue("answers")];
	return {
		start: lookOf(done.getValue("start")),
		outcomes: outcomes.map((outcome) => ({
			succeeded: outcome.getValue("succeeded"),
			amount: outcome.getValue("amount"),
			returnSize: outcome.getValue("returnSize"),
			answer: outcome.getValue("answer"),
			gasUsed: Number(outcome.getValue("gasUsed")),
			calls: Number(outcome.getValue("calls")),
			seen: lookOf(outcome.getValue("seen")),
		})),
		answers: answers.map((answer) => (answer.getValue("succeeded") ? answer.getValue("data") : null)),
	};
}

function lookOf(seen: Result): Look {
	return {
		isReadable: seen.getValue("readable"),
		gasUsed: Number(seen.getValue("gasUsed")),
		balances: [...seen.getValue("balances")],
		allowance: seen.getValue("allowance"),
		coin: seen.getValue("coin"),
	};
}
