/**
 * Writes docs/dexes.md: which dexes the registry has on which chains, and what this engine makes of them.
 *
 *   node scripts/dexes-page.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHAINS } from "../config/chains/all.ts";
import { DEPLOYMENTS } from "../config/dexes/all.ts";
import { type Listed, listed } from "../config/dexes/listing.ts";
import { engineFamilies } from "../rust-wasm/families.ts";
import { ROOT } from "./paths.ts";

export const DEXES_PAGE = join(ROOT, "docs", "dexes.md");

/** The page's text. */
export function dexesPage(): string {
	const families = engineFamilies();
	const rows = DEPLOYMENTS.map((row) => listed(row, families));
	const names = [...new Set(rows.map((row) => row.dex))].sort();
	const enabled = rows.filter((row) => row.enabled);
	const count = (of: readonly Listed[]): number => new Set(of.map((row) => row.dex)).size;
	const derived = rows.filter((row) => row.derivation !== undefined).length;
	return [
		"# Dexes",
		"",
		`${names.length} dexes on ${CHAINS.length} chains, ${count(enabled)} of them enabled: the engine's mathematics for their family is proven (\`docs/protocols.md\`). ${derived} of the ${rows.length} rows`,
		"derive a known pool. Written by `node scripts/dexes-page.ts`; a test fails where it is not current. `docs/adding-a-dex.md` says how to add one.",
		"",
		"●: enabled, ○: listed and off, a number: so many rows.",
		"",
		`| dex | families | ${CHAINS.map((chain) => chain.name).join(" | ")} | why off |`,
		`| --- | --- | ${CHAINS.map(() => ":---:").join(" | ")} | --- |`,
		...names.map((dex) => line(rows.filter((row) => row.dex === dex))),
		"",
	].join("\n");
}

function line(rows: readonly Listed[]): string {
	const families = [...new Set(rows.map((row) => `\`${row.family}\``))].join(", ");
	const cells = CHAINS.map(({ chainId }) => {
		const here = rows.filter((row) => row.chainId === chainId);
		if (here.length === 0) return "";
		return `${here.some((row) => row.enabled) ? "●" : "○"}${here.length > 1 ? ` ${here.length}` : ""}`;
	});
	const reasons = [...new Set(rows.flatMap((row) => (row.enabled ? [] : [row.reason])))].join("; ");
	return `| ${rows[0]?.dex} | ${families} | ${cells.join(" | ")} | ${reasons} |`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(DEXES_PAGE, dexesPage());
