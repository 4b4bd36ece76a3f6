import { getAddress } from "ethers";
import { CHAINS } from "../config/chains/all.ts";
import { DEPLOYMENTS } from "../config/dexes/all.ts";
import type { Deployment } from "../config/dexes/deployment.ts";
import { type Listed, listed } from "../config/dexes/listing.ts";
import { ownDeployments } from "../config/dexes/own-deployments.ts";
import { engineFamilies } from "../rust-wasm/families.ts";
import { chosenChain } from "./chosen-chain.ts";
import { table } from "./table.ts";

/** `arb dexes list`: the registry's dexes, and on the chain of a chain file those of the file, with what this engine makes of them. */
export function dexesList({ chain, json }: { readonly chain?: string; readonly json?: boolean }): string {
	const families = engineFamilies();
	const rows = (chain === undefined ? DEPLOYMENTS : rowsOn(chain)).map((row) => listed(row, families));
	return json === true ? JSON.stringify(rows.map(toJson)) : toTable(rows);
}

function rowsOn(chain: string): readonly Deployment[] {
	const { chainId, settings } = chosenChain(chain);
	return [...DEPLOYMENTS.filter((row) => row.chainId === chainId), ...(settings === null ? [] : ownDeployments(settings))];
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
