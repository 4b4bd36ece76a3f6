import type { TokenAmount } from "../../../api/amounts.ts";

/** Digits after the point in tables: one millionth of a coin, so that columns line up. */
const FRACTION_DIGITS = 6;

/** A true minus sign has the width of a plus in tabular figures. */
const MINUS = "\u2212";

function group(whole: string): string {
	return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/**
 * Renders base units in whole tokens, rounded half away from zero to `digits`, with thousands grouped. Exact at every size: no float is involved.
 * What is not zero but would round to zero is shown as `<0.000001`.
 */
export function formatRounded(of: {
	readonly raw: string;
	readonly decimals: number;
	readonly digits?: number;
	readonly isSigned?: boolean;
}): string {
	const { raw, decimals, digits = FRACTION_DIGITS, isSigned = false } = of;
	const value = BigInt(raw);
	const sign = value < 0n ? MINUS : isSigned && value > 0n ? "+" : "";
	const magnitude = value < 0n ? -value : value;
	const shown = Math.min(digits, decimals);
	const divisor = 10n ** BigInt(decimals - shown);
	const rounded = (magnitude + divisor / 2n) / divisor;
	if (rounded === 0n && magnitude !== 0n) return `${sign}<${shown === 0 ? "1" : `0.${"0".repeat(shown - 1)}1`}`;
	const text = rounded.toString().padStart(shown + 1, "0");
	const whole = group(text.slice(0, text.length - shown));
	return shown === 0 ? `${sign}${whole}` : `${sign}${whole}.${text.slice(text.length - shown)}`;
}

/** An amount for a table cell; base units where the decimals are unknown. */
export function shortAmount(amount: TokenAmount, isSigned = false): string {
	if (amount.decimals === null) return `${group(amount.raw)} units`;
	return formatRounded({ raw: amount.raw, decimals: amount.decimals, isSigned });
}

/** The exact amount, for a tooltip. */
export function exactAmount(amount: TokenAmount): string {
	return `${amount.formatted ?? amount.raw} ${amount.symbol} (${amount.raw} base units)`;
}

/** `good`, `bad` or nothing, by sign. */
export function tone(amount: TokenAmount): "good" | "bad" | "" {
	const value = BigInt(amount.raw);
	return value > 0n ? "good" : value < 0n ? "bad" : "";
}

/** Base units as a float of whole tokens: for plotting alone. */
export function plotted(raw: string, decimals: number): number {
	const scale = 10n ** BigInt(decimals);
	const value = BigInt(raw);
	return Number(value / scale) + Number(value % scale) / Number(scale);
}
