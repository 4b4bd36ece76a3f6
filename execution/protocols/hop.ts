import { ArbError } from "../../domain/errors.ts";
import type { PlannedHop } from "../../domain/plan.ts";

/** What the executor is told of a hop beside its tokens and amounts; contracts/src/interfaces/IArbitrageExecutor.sol says what each kind means. */
export interface EncodedHop {
	readonly kind: number;
	/** The contract that is called. */
	readonly pool: string;
	/** 32 bytes as an integer. */
	readonly data: bigint;
}

/**
 * Encodes the hops of some protocol families.
 *
 * @throws ArbError `invalid_input` that names the field which is missing or out of range
 */
export type HopEncoder = (hop: PlannedHop) => EncodedHop;

/** A detail of the hop's pool that is an address, lower case. */
export function addressDetail(hop: PlannedHop, name: string): string {
	const value = hop.details?.[name];
	if (typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value)) return value.toLowerCase();
	throw unfit(hop, `details.${name}`, value, "an address");
}

/** A detail that is a whole number from 0 to `most`. */
export function numberDetail(hop: PlannedHop, { name, most }: { readonly name: string; readonly most: number }): number {
	const value = hop.details?.[name];
	if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) return value;
	throw unfit(hop, `details.${name}`, value, `a whole number from 0 to ${most}`);
}

/** A hop that cannot be encoded, by the field that is at fault. */
export function unfit(hop: PlannedHop, field: string, value: unknown, wanted: string): ArbError {
	return new ArbError({
		code: "invalid_input",
		message: `hop in pool ${hop.pool} (${hop.family}): ${field} is ${value === undefined ? "missing" : JSON.stringify(value)}, not ${wanted}; the family's adapter must give it`,
		retryable: false,
	});
}
