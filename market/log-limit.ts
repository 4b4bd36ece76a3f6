import { ArbError } from "../domain/errors.ts";

/** Width of the first range of blocks whose logs are asked for: it halves where the node refuses and doubles where it answers. */
export const FIRST_SPAN = 10_000;

/** Nodes word their limits (blocks, results, time) in many ways; whatever a smaller range may cure is one. */
export function mayBeLimit(error: unknown): boolean {
	return error instanceof ArbError && (error.code === "chain" || error.code === "timeout");
}
