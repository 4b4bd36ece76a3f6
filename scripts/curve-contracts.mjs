// Plain JavaScript for Node 20 without packages: the set-up runs it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CACHE, installFiles } from "./runtime.mjs";

/**
 * The one npm package with bytecode of a Curve pool. It unpacks to 94 MB, so it is no dependency; and Curve grants no licence, so its files are not part of
 * this repository either: every machine fetches them from npm for its devnet.
 */
const PIN = {
	name: "@setprotocol/set-protocol-v2",
	version: "0.1.16",
	integrity: "sha512-84/rvT7b2k5SFaF5C/vh2SKV/DS4F+9i7E/5rkQBlU+XnNRnGjG/xROsbYYLkkMaz5YPQVDnDZI5tbZ+JsZYhg==",
};
const FILES = ["Stableswap.json", "CurvePoolERC20.json"].map((name) => `external/abi/curve/${name}`);
/** `devnet/artifacts.ts` reads them there. */
const TARGET = join(CACHE, "contracts", `set-protocol-v2-${PIN.version}`);

/** Whether the devnet's Curve contracts are there. */
export function hasCurveContracts() {
	return FILES.every((file) => existsSync(join(TARGET, file)));
}

export async function installCurveContracts() {
	await installFiles({ pin: PIN, files: FILES, target: TARGET });
}
