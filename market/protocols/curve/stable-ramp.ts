import { id } from "ethers";
import type { Call } from "../../chain-client.ts";
import type { Answers } from "../answers.ts";

/** Getters of the amplification's ends, which all contracts have whose amplification can move; values in the contract's own precision. */
const NAMES = ["initial_A", "future_A", "initial_A_time", "future_A_time"] as const;

export type RampQuestion = (typeof NAMES)[number];

export function rampQuestions(address: string): Record<RampQuestion, Call> {
	const ask = (name: string): Call => ({ to: address, data: id(`${name}()`).slice(0, 10) });
	return {
		initial_A: ask("initial_A"),
		future_A: ask("future_A"),
		initial_A_time: ask("initial_A_time"),
		future_A_time: ask("future_A_time"),
	};
}

export function rampFields(answers: Answers<RampQuestion>): Record<RampQuestion, string> {
	const [initial_A = "", future_A = "", initial_A_time = "", future_A_time = ""] = NAMES.map((name) => answers.uint(name).toString());
	return { initial_A, future_A, initial_A_time, future_A_time };
}
