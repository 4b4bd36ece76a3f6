import { ArbError, messageOf } from "../domain/errors.ts";

/** Why the engine gives no answer. The order is that of `Refusal` in `src/refusal.rs`: the number crosses the boundary. */
const REFUSALS = [
	["insufficient_liquidity", "the pool holds too little liquidity for the whole amount"],
	["amount_too_small", "the amount must be greater than 0"],
	["price_limit", "the price limit lies on the wrong side of the price or outside the range of ticks"],
	["unknown_ticks", "the amount moves the price out of the ticks that the state holds; load a wider range"],
	["overflow", "the amount does not fit into the integers of the contract"],
	["unknown_pool", "the pool is not loaded; call upsertPools first"],
	["invalid_state", "the pool state contradicts itself; read it again from the chain"],
	["broken_route", "the hops do not connect, or a pool occurs twice"],
	["not_initialised", "the pool has no price yet"],
	["paused", "the pool takes no swaps now"],
	["not_offered", "the contract has no function for this"],
	["no_convergence", "the contract's own iteration does not end on these numbers, and reverts"],
	["limit_exceeded", "a cap of the contract's own would be exceeded"],
	["oracle_unavailable", "the contract has no usable oracle price now"],
	["invariant_broken", "the swap would leave the pool's invariant smaller, and reverts"],
	["unknown_hook", "a hook or plugin of the pool may change the swap"],
] as const;

/** Names of {@link REFUSALS}: each message of an `engine` error starts with one of them. */
export type EngineRefusal = (typeof REFUSALS)[number][0];

export const REFUSAL_COUNT = REFUSALS.length;

/** The name of a refusal's number. */
export function refusalName(number: number): string {
	return refusalAt(number) ?? `refusal ${number}`;
}

/** The refusal of a number; null where there is none. */
export function refusalAt(number: number): EngineRefusal | null {
	return REFUSALS[number]?.[0] ?? null;
}

/** The number that a refusal crosses the boundary as. */
export function refusalNumber(name: EngineRefusal): number {
	return REFUSALS.findIndex(([key]) => key === name);
}

/** The refusal that an error of the engine is about; null for any other error. */
export function refusalIn(error: unknown): EngineRefusal | null {
	if (!(error instanceof ArbError) || error.code !== "engine") return null;
	const name = error.message.slice(0, error.message.indexOf(":"));
	return REFUSALS.find(([key]) => key === name)?.[0] ?? null;
}

/** An `engine` error whose message names the refusal, what was asked and what to do. */
export function refusal(name: EngineRefusal, subject: string): ArbError {
	const explanation = REFUSALS.find(([key]) => key === name)?.[1] ?? "";
	return new ArbError({ code: "engine", message: `${name}: ${subject}: ${explanation}`, retryable: false });
}

/**
 * Runs a call into the engine and turns the number that it throws into a typed error.
 *
 * @throws ArbError `engine`; a trap of the WASM module itself is named `defect`.
 */
export function calling<T>(subject: string, call: () => T): T {
	try {
		return call();
	} catch (error) {
		const known = typeof error === "number" ? REFUSALS[error] : undefined;
		if (known !== undefined) throw refusal(known[0], subject);
		if (typeof error === "string") throw refusal("invalid_state", `${subject}: ${error}`);
		throw new ArbError({
			code: "engine",
			message: `defect: ${subject}: ${messageOf(error)}; the engine of this process must be made anew, please report the pool states`,
			retryable: false,
			cause: error,
		});
	}
}
