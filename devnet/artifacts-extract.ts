import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ArbError } from "../domain/errors.ts";

/**
 * Takes contracts' interfaces and creation code over from packages that are too big to depend on, together with their licences:
 * `node devnet/artifacts-extract.ts NODE_MODULES`, where that folder has them in these versions.
 */
const PACKAGES = [
	{
		...{ name: "@uniswap/v4-core", version: "1.0.2", license: "BUSL-1.1", licenseFile: "licenses/BUSL_LICENSE", as: "uniswap-v4-core" },
		contracts: { "PoolManager.v4": "out/PoolManager.sol/PoolManager.json" },
	},
	{
		...{
			name: "@cryptoalgebra/integral-core",
			version: "1.2.10",
			license: "BUSL-1.1",
			licenseFile: "LICENSE",
			as: "algebra-integral-core",
		},
		contracts: {
			"AlgebraFactory.integral": "artifacts/contracts/AlgebraFactory.sol/AlgebraFactory.json",
			"AlgebraPoolDeployer.integral": "artifacts/contracts/AlgebraPoolDeployer.sol/AlgebraPoolDeployer.json",
			"AlgebraPool.integral": "artifacts/contracts/AlgebraPool.sol/AlgebraPool.json",
		},
	},
] as const;

const hexCode = z.string().transform((text) => (text.startsWith("0x") ? text : `0x${text}`));
const artifactSchema = z.object({
	abi: z.array(z.unknown()),
	bytecode: z.union([hexCode, z.object({ object: hexCode }).transform((code) => code.object)]),
});

const folder = process.argv[2];
if (folder === undefined) {
	throw new ArbError({ code: "invalid_input", message: "usage: node devnet/artifacts-extract.ts NODE_MODULES", retryable: false });
}
const out = (name: string): URL => new URL(`./artifacts/${name}`, import.meta.url);
for (const { name, version, license, licenseFile, as, contracts } of PACKAGES) {
	const root = join(folder, name);
	const found = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))).version;
	if (found !== version) {
		throw new ArbError({ code: "invalid_input", message: `${root} is version ${found}, not ${version}`, retryable: false });
	}
	copyFileSync(join(root, licenseFile), out(`LICENSE.${as}`));
	for (const [as, path] of Object.entries(contracts)) {
		const { abi, bytecode } = artifactSchema.parse(JSON.parse(readFileSync(join(root, path), "utf8")));
		const artifact = { source: `${name}@${version} ${path}`, license, abi, bytecode };
		writeFileSync(out(`${as}.json`), `${JSON.stringify(artifact, null, "\t")}\n`);
	}
}
