import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findChromium } from "./chromium.ts";

let directory = "";

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "chromium-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function place(...path: readonly string[]): string {
	const file = join(directory, ...path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, "");
	return file;
}

describe("Chromium is looked for", () => {
	it("first where CHROMIUM_PATH says, which must exist", async () => {
		place("bin", "chromium");
		const chosen = place("mine");
		const environment = { CHROMIUM_PATH: chosen, PATH: join(directory, "bin"), HOME: directory };
		expect(await findChromium(environment)).toBe(chosen);
		rmSync(chosen);
		await expect(findChromium(environment)).rejects.toThrow(`CHROMIUM_PATH is ${chosen}`);
	});

	it("then on PATH, by name before by folder", async () => {
		place("a", "google-chrome");
		const system = place("b", "chromium");
		place(".cache", "ms-playwright", "chromium-1200", "chrome-linux", "chrome");
		expect(await findChromium({ PATH: [join(directory, "a"), join(directory, "b")].join(delimiter), HOME: directory })).toBe(system);
	});

	it.skipIf(process.platform === "darwin")("then in playwright's cache, the newest", async () => {
		place(".cache", "ms-playwright", "chromium-999", "chrome-linux", "chrome");
		const newest = place(
			".cache",
			"ms-playwright",
			"chromium_headless_shell-1200",
			"chrome-headless-shell-linux64",
			"chrome-headless-shell",
		);
		expect(await findChromium({ PATH: "", HOME: directory })).toBe(newest);
	});

	it.skipIf(process.platform === "darwin")("and where it is nowhere, the message says what to install", async () => {
		await expect(findChromium({ PATH: directory, HOME: directory })).rejects.toThrow(/install one: apt-get install chromium/);
	});
});
