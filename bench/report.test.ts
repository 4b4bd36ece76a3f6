import { describe, expect, it } from "vitest";
import { figure, quantile, renderTable, replaceSection } from "./report.ts";

describe("a benchmark's report", () => {
	it.each([
		{ of: [3, 1, 2], q: 0.5, is: 2 },
		{ of: [4, 3, 2, 1], q: 0.5, is: 2 },
		{ of: [10, 20], q: 0.99, is: 20 },
		{ of: [7], q: 0, is: 7 },
	])("takes the nearest rank as quantile $q of $of", ({ of, q, is }) => {
		expect(quantile(of, q)).toBe(is);
	});

	it.each([
		{ better: "lower" as const, value: 40, met: true },
		{ better: "lower" as const, value: 41, met: false },
		{ better: "higher" as const, value: 40, met: true },
		{ better: "higher" as const, value: 39, met: false },
	])("says of $value, $better being better, whether it met an aim of 40", ({ better, value, met }) => {
		expect(figure({ name: "x", value, unit: "ms", better, aim: 40 })).toMatchObject({ aim: 40, met });
	});

	it("has neither aim nor peer where none is given", () => {
		expect(figure({ name: "x", value: 1.23456, unit: "ms", better: "lower" })).toEqual({
			...{ name: "x", value: 1.235, unit: "ms", better: "lower" },
			...{ aim: null, met: null, peer: null, ratio: null },
		});
	});

	it("names machine, figure and aim in its table", () => {
		const machine = { cpu: "C", cores: 2, memoryGiB: 4, platform: "linux-x64", node: "v26.0.0", loadBefore: 0.1 };
		const table = renderTable({ bench: "b", machine, results: [figure({ name: "x", value: 5, unit: "ms", better: "lower", aim: 4 })] });
		expect(table).toContain("b on 2 cores (C)");
		expect(table).toContain("| x      | 5 ms  | ≤ 4 ms: missed |");
	});

	it("replaces its own section of a document and leaves the others alone", () => {
		const one = replaceSection("# Title\n", { bench: "one", section: "first" });
		const two = replaceSection(one, { bench: "two", section: "second" });
		expect(replaceSection(two, { bench: "one", section: "again" })).toBe(two.replace("first", "again"));
	});
});
