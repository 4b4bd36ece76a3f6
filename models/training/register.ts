import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loadScorer } from "../registry.ts";

/**
 * Moves a training's output into a models directory. Files are named by their content, each is written aside and renamed, and the registry comes last:
 * a reader at any moment finds the old ensemble or the new one, whole.
 *
 *     node models/training/register.ts TRAINING_OUTPUT MODELS_DIRECTORY
 */
const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error("say both directories: register.ts TRAINING_OUTPUT MODELS_DIRECTORY");

const fresh = readdirSync(join(from, "artifacts"));
mkdirSync(join(to, "artifacts"), { recursive: true });
for (const name of fresh) place(join("artifacts", name));
place("MODEL_CARD.md");
place("registry.json");
const scorer = await loadScorer(to);
for (const name of readdirSync(join(to, "artifacts"))) {
	if (!fresh.includes(name)) rmSync(join(to, "artifacts", name));
}
process.stdout.write(`registered ensemble ${scorer?.hash} in ${to}\n`);

function place(name: string): void {
	const target = join(to ?? "", name);
	copyFileSync(join(from ?? "", name), `${target}.aside`);
	renameSync(`${target}.aside`, target);
}
