import { describe, expect, it } from "vitest";
import { moneyColumns, tickLabels, timeLabels } from "./chart.ts";

describe("money chart", () => {
	it("plots whole coins over seconds", () => {
		const columns = moneyColumns([
			{ at: "2026-11-23T15:00:00.000Z", cumulativeWei: "1500000000000000000" },
			{ at: "2026-11-23T15:00:01.500Z", cumulativeWei: "1000000000000000000" },
		]);
		expect(columns).toEqual({ seconds: [1795446000, 1795446001.5], cumulative: [1.5, 1] });
	});

	it("labels times on the 24-hour clock, with seconds only where ticks need them", () => {
		expect(timeLabels([1_795_446_000], 60)[0]).toMatch(/^\d\d:\d\d$/);
		expect(timeLabels([1_795_446_000], 10)[0]).toMatch(/^\d\d:\d\d:\d\d$/);
		expect(timeLabels([1_795_446_000], 86_400)[0]).toContain("2");
	});

	it("labels ticks with the digits of their distance", () => {
		expect(tickLabels([0, 0.0005, 0.001], 0.0005)).toEqual(["0.0000", "0.0005", "0.0010"]);
		expect(tickLabels([0, 5], 5)).toEqual(["0", "5"]);
	});
});
