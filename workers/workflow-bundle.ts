import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "@temporalio/worker";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The workflows as one script, built once for each content of the sources that go into it. */
export async function workflowBundle(): Promise<{ readonly codePath: string }> {
	const cache = join(ROOT, ".cache", "workflows");
	const codePath = join(cache, `${sourceHash()}.js`);
	mkdirSync(cache, { recursive: true });
	if (!readdirSync(cache).includes(`${sourceHash()}.js`)) {
		const { code } = await bundleWorkflowCode({ workflowsPath: join(ROOT, "workflows", "index.ts") });
		const aside = `${codePath}.${process.pid}`;
		writeFileSync(aside, code);
		renameSync(aside, codePath);
	}
	return { codePath };
}

function sourceHash(): string {
	const hash = createHash("sha256");
	for (const folder of ["workflows", "domain"]) {
		for (const name of readdirSync(join(ROOT, folder)).sort()) {
			if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
			hash
				.update(`${folder}/${name}\0`)
				.update(readFileSync(join(ROOT, folder, name)))
				.update("\0");
		}
	}
	return hash
		.update(readFileSync(join(ROOT, "package-lock.json")))
		.digest("hex")
		.slice(0, 24);
}
