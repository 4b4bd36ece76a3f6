import { describe, expect, it } from "vitest";
import { duration, localTime, utcTime } from "./time.ts";

describe("time", () => {
	it.each([
		[0.84, "0.8 ms"],
		[12.4, "12 ms"],
		[1_400, "1.4 s"],
		[200_000, "3 min 20 s"],
		[7_500_000, "2 h 5 min"],
	])("writes %d ms as %s", (ms, text) => {
		expect(duration(ms)).toBe(text);
	});

	it("gives the UTC time to the millisecond", () => {
		expect(utcTime("2026-11-23T15:17:00.042Z")).toBe("2026-11-23 15:17:00.042 UTC");
	});

	it("names the day only where it is not today", () => {
		const now = Date.parse("2026-11-23T12:00:00Z");
		expect(localTime("2026-11-23T12:00:00Z", now)).toMatch(/^\d\d:\d\d:\d\d$/);
		expect(localTime("2026-11-20T12:00:00Z", now)).toMatch(/20/);
	});
});
