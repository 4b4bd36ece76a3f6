import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { artifactFile, type ContractArtifact, compileOwn, OWN_CONTRACTS } from "./compiler.ts";
import { runForge } from "./forge.ts";

let compiled: ReadonlyMap<string, ContractArtifact>;
beforeAll(() => {
	compiled = compileOwn();
});

describe("contracts", () => {
	// On a fresh clone the compiler, which is JavaScript, translates all of them first.
	it("pass their own tests under forge, fuzzing included", { timeout: 240_000 }, async ({ signal }) => {
		const { code, output } = await runForge(["test"], signal);
		expect(code, output).toBe(0);
	});

	it.each(OWN_CONTRACTS)("has committed the artifact of %s that its sources compile to", (name) => {
		const committed: unknown = JSON.parse(readFileSync(artifactFile(name), "utf8"));
		expect(committed, "run `npm run build:contracts` and commit the result").toEqual(compiled.get(name));
	});

	it.each(OWN_CONTRACTS)("keeps %s within the size that a chain deploys", (name) => {
		const { deployedBytecode } = JSON.parse(readFileSync(artifactFile(name), "utf8")) as { readonly deployedBytecode: string };
		// EIP-170.
		expect((deployedBytecode.length - 2) / 2).toBeLessThanOrEqual(24_576);
	});
});
