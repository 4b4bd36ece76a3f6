import { getAddress } from "ethers";
import { CHAINS, chainFacts } from "../config/chains/all.ts";
import { DEPLOYMENTS } from "../config/dexes/all.ts";
import { type Listed, listed } from "../config/dexes/listing.ts";
import { engineFamilies } from "../rust-wasm/families.ts";
import { table } from "./table.ts";

/** `arb dexes list`: the registry's dexes with what this engine makes of them, as a table or as a JSON array. */
export function dexesList({ chain, json }: { readonly chain?: string; readonly json?: boolean }): string {
	const chainId = chain === undefined ? undefined : chainFacts(chain).chainId;
	const families = engineFamilies();
	const rows = DEPLOYMENTS.filter((row) => chainId === undefined || row.chainId === chainId).map((row) => listed(row, families));
	return json === true ? JSON.stringify(rows.map(toJson)) : toTable(rows);
}

function toJson(row: Listed): object {
	const { dex, chainId, family, factory, vault, fee, source, alsoIn } = row;
	return {
		...{ dex, chainId, family, enabled: row.enabled },
		...(row.enabled ? {} : { reason: row.reason }),
		...(factory === undefined ? {} : { factory: getAddress(factory) }),
		...(vault === undefined ? {} : { vault: getAddress(vault) }),
		...{ fee, source },
		...(alsoIn === undefined ? {} : { alsoIn }),
	};
}

function toTable(rows: readonly Listed[]): string {
	const names = new Map(CHAINS.map((chain) => [chain.chainId, chain.name]));
	const cells = rows.map((row) => [
		...[row.dex, names.get(row.chainId) ?? String(row.chainId), row.family, getAddress(row.factory ?? row.vault ?? "")],
		row.enabled ? "enabled" : `off: ${row.reason}`,
	]);
	const enabled = rows.filter((row) => row.enabled);
	const dexes = (of: readonly Listed[]): number => new Set(of.map((row) => row.dex)).size;
	return `${table(["dex", "chain", "family", "factory or vault", ""], cells)}\n${dexes(rows)} dexes, ${dexes(enabled)} of them enabled`;
}
