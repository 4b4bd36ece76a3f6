import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** sha256 over the names and contents of files and of all files below folders, in a fixed order; `skip` names folders and files to leave out. */
export function contentHash(of: { readonly paths: readonly string[]; readonly base: string; readonly skip: readonly string[] }): string {
	const hash = createHash("sha256");
	const add = (path: string) => {
		if (statSync(path).isDirectory()) {
			for (const name of readdirSync(path).sort()) if (!of.skip.includes(name)) add(join(path, name));
			return;
		}
		const content = readFileSync(path);
		hash.update(`${relative(of.base, path)}\0${content.length}\0`).update(content);
	};
	for (const path of of.paths) add(path);
	return hash.digest("hex");
}
