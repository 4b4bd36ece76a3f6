import { ArbError } from "./errors.ts";

/** Base units of one token (or wei) as a decimal string: the form of amounts in payloads, JSON and `numeric(78,0)`. */
export type Amount = string;

const DECIMAL = /^-?(0|[1-9][0-9]*)$/;

/**
 * Reads an {@link Amount}.
 *
 * @throws ArbError `invalid_input` that names `field` where the text is no decimal integer.
 */
export function parseAmount(text: string, field: string): bigint {
	if (!DECIMAL.test(text)) {
		throw new ArbError({
			code: "invalid_input",
			message: `${field}: "${text}" is not a decimal integer of base units`,
			retryable: false,
		});
	}
	return BigInt(text);
}

/**
 * Renders base units in whole tokens, exactly: `formatUnits(1234500n, 6)` is `"1.2345"`.
 */
export function formatUnits(value: bigint, decimals: number): string {
	const sign = value < 0n ? "-" : "";
	const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, "0");
	const whole = digits.slice(0, digits.length - decimals);
	const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
	return fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}
