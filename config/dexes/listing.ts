import type { Deployment } from "./deployment.ts";

/** Families of the engine by name: proven against their contracts, or experimental. */
export type EngineFamilies = ReadonlyMap<string, "proven" | "experimental">;

/** A row with what became of it: enabled, or why not. */
export type Listed = Deployment & ({ readonly enabled: true } | { readonly enabled: false; readonly reason: string });

/** A dex is enabled where the engine's mathematics for its family is proven, and nothing else speaks against it. */
export function listed(row: Deployment, families: EngineFamilies): Listed {
	if (row.off !== undefined) return { ...row, enabled: false, reason: row.off };
	const level = families.get(row.family);
	if (level === undefined) return { ...row, enabled: false, reason: `the engine has no family ${row.family}` };
	if (level === "experimental") {
		return { ...row, enabled: false, reason: `family ${row.family} is experimental: not proven against its contracts` };
	}
	return { ...row, enabled: true };
}
