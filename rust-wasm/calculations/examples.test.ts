import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

it("the examples of docs/calculations.md run, and print what is written beside them", () => {
	const page = readFileSync(join(ROOT, "docs/calculations.md"), "utf8");
	const program = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code).join("\n");
	const written = [...program.matchAll(/\/\/ → (.*)$/gm)].map(([, text = ""]) => text);
	const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module-typescript", "--eval", program], {
		cwd: ROOT,
		encoding: "utf8",
	});
	expect(stderr).toBe("");
	// A loop prints a line for each turn, written with a bar in between; longer values break into lines.
	const printed = stdout.trimEnd().replaceAll(/\n\s*/g, " ");
	expect(printed).toBe(written.join(" ").replaceAll(" | ", " "));
});
