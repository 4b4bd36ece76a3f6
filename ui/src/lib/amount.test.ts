import { describe, expect, it } from "vitest";
import { exactAmount, formatRounded, plotted, shortAmount, tone } from "./amount.ts";

const eth = (raw: string) => ({ raw, formatted: null, symbol: "ETH", decimals: 18, token: null });

describe("formatRounded", () => {
	it.each([
		["1250000000000000000", 18, "1.250000"],
		["-1250000000000000000", 18, "−1.250000"],
		["0", 18, "0.000000"],
		["1", 18, "<0.000001"],
		["-1", 18, "−<0.000001"],
		["499999999999", 18, "<0.000001"],
		["500000000000", 18, "0.000001"],
		["999999999999999999", 18, "1.000000"],
		["1234567890123", 6, "1,234,567.890123"],
		["12", 0, "12"],
		[
			"115792089237316195423570985008687907853269984665640564039457584007913129639935",
			0,
			`${"115792089237316195423570985008687907853269984665640564039457584007913129639935".replace(/\B(?=(\d{3})+(?!\d))/g, ",")}`,
		],
	])("renders %s with %i decimals as %s", (raw, decimals, text) => {
		expect(formatRounded({ raw, decimals })).toBe(text);
	});

	it("writes a plus only where a sign is asked for", () => {
		expect(formatRounded({ raw: "5", decimals: 0, isSigned: true })).toBe("+5");
		expect(formatRounded({ raw: "0", decimals: 0, isSigned: true })).toBe("0");
	});
});

describe("amounts with their token", () => {
	it("shows base units where the decimals are unknown", () => {
		expect(shortAmount({ raw: "1234567", formatted: null, symbol: "0x12…", decimals: null, token: null })).toBe("1,234,567 units");
	});

	it("names the exact base units in the tooltip", () => {
		expect(exactAmount({ ...eth("1"), formatted: "0.000000000000000001" })).toBe("0.000000000000000001 ETH (1 base units)");
	});

	it("has the tone of its sign", () => {
		expect([tone(eth("1")), tone(eth("-1")), tone(eth("0"))]).toEqual(["good", "bad", ""]);
	});

	it("plots a large amount without losing its whole part", () => {
		expect(plotted("123456789500000000000000000", 18)).toBeCloseTo(123456789.5, 6);
	});
});
