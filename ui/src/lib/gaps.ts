import type { ChainGap } from "../../../api/gaps/schema.ts";

/** Significant digits of a price on the page: a basis point of it is seen. */
const PRICE_DIGITS = 7;

/** A decimal price with as many digits as tell, never in powers of ten. */
export function shortPrice(price: string): string {
	const [whole = "0", fraction = ""] = price.split(".");
	if (whole !== "0")
		return fraction === "" ? whole : `${whole}.${fraction.slice(0, Math.max(0, PRICE_DIGITS - whole.length))}`.replace(/\.$/, "");
	const zeros = fraction.search(/[^0]/);
	return zeros === -1 ? "0" : `0.${fraction.slice(0, zeros + PRICE_DIGITS)}`;
}

/** `12.34 bps`, with a minus sign that is as wide as a plus. */
export function bps(value: number): string {
	return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)} bps`;
}

/** What stands first where a gap is spoken of. */
export function gapLabel({ status, best }: Pick<ChainGap, "status" | "best">): string {
	switch (status) {
		case "gap":
			return bps(best?.gapBps ?? 0);
		case "no_gap":
			return "no gap";
		case "stale":
			return "not compared";
	}
}
