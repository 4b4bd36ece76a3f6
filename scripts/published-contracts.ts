/**
 * Takes over the contracts that the devnet deploys of protocols whose packages are too large to depend on, or carry source only:
 *
 *   node scripts/published-contracts.ts balancer-v3|morpho-blue|aave-v3
 *
 * writes `devnet/artifacts/NAME/`. The packages and the compiler are installed aside for this run alone, at the versions given here.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type CompilerSettings, compile, type Solc } from "../contracts/compiler.ts";
import { ROOT } from "./paths.ts";

interface Published {
	/** What is installed, at which version. */
	readonly packages: Readonly<Record<string, string>>;
	/** Versions of what these depend on, where they name a wrong one. */
	readonly overrides?: Readonly<Record<string, string>>;
	/** Of the contracts; `docs/THIRD_PARTY.md` says more. */
	readonly license: string;
	/** How sources are compiled; absent where the package carries bytecode. */
	readonly settings?: CompilerSettings;
	readonly contracts: readonly PublishedContract[];
}

interface PublishedContract {
	readonly name: string;
	readonly package: string;
	/** Within the package: the source, or the artifact. */
	readonly path: string;
	/** The optimizer's runs where they differ from the settings'. */
	readonly runs?: number;
	/** The functions and events that are kept of its ABI; the constructor always is. */
	readonly abi: readonly string[];
}

/** The settings that the protocol's own repository gives (`pvt/common/hardhat-base-config.ts`), so that code and gas are those of its deployments. */
const BALANCER_V3_SETTINGS: CompilerSettings = {
	viaIR: true,
	evmVersion: "cancun",
	optimizer: {
		enabled: true,
		runs: 9999,
		details: {
			yulDetails: {
				optimizerSteps:
					"dhfoDgvulfnTUtnIf [ xa[r]EscLM cCTUtTOntnfDIul Lcul Vcul [j] Tpeul xa[rul] xa[r]cL gvif CTUca[r]LSsTFOtfDnca[r]Iulc ] jmul[jul] VcTOcul jmul : fDnTOcmu",
			},
		},
	},
};
/** Of Vault and VaultExtension, in the same file: with more the vault is larger than a contract may be. */
const BALANCER_V3_VAULT_RUNS = 500;
const POOL_FACTORY_ABI = ["create", "PoolCreated"];

/** Of the profile `default` in the protocol's own `foundry.toml`. */
const MORPHO_SETTINGS: CompilerSettings = {
	viaIR: true,
	evmVersion: "paris",
	optimizer: { enabled: true, runs: 999_999 },
	metadata: { bytecodeHash: "none" },
};

const AAVE = "@aave/core-v3";
/** The libraries that the pool and its configurator are linked with. */
const AAVE_LIBRARIES = [
	...["BorrowLogic", "BridgeLogic", "ConfiguratorLogic", "EModeLogic", "FlashLoanLogic", "LiquidationLogic", "PoolLogic", "SupplyLogic"],
];

const PUBLISHED: Readonly<Record<string, Published>> = {
	"balancer-v3": {
		packages: {
			"@balancer-labs/v3-vault": "1.0.0",
			"@balancer-labs/v3-pool-weighted": "1.0.0",
			"@balancer-labs/v3-pool-stable": "1.0.0",
			"@balancer-labs/v3-pool-utils": "1.0.0",
			"@balancer-labs/v3-solidity-utils": "1.0.0",
			"@balancer-labs/v3-interfaces": "1.0.0",
			"@openzeppelin/contracts": "5.0.2",
			solc: "0.8.26",
		},
		// The packages name 0.1.0, which they do not compile with.
		overrides: { "@balancer-labs/v3-interfaces": "1.0.0" },
		license: "GPL-3.0-only",
		settings: BALANCER_V3_SETTINGS,
		contracts: [
			balancerVault("Vault", ["Swap"], BALANCER_V3_VAULT_RUNS),
			balancerVault("VaultExtension", ["PoolRegistered", "getPoolTokenInfo", "getStaticSwapFeePercentage"], BALANCER_V3_VAULT_RUNS),
			balancerVault("VaultAdmin", []),
			balancerVault("ProtocolFeeController", []),
			...[balancerFactory("weighted", "WeightedPoolFactory"), balancerFactory("stable", "StablePoolFactory")],
		],
	},
	"morpho-blue": {
		packages: { "@morpho-org/morpho-blue": "1.0.0", solc: "0.8.19" },
		license: "GPL-2.0-or-later",
		settings: MORPHO_SETTINGS,
		contracts: [
			{
				...{ name: "Morpho", package: "@morpho-org/morpho-blue", path: "src/Morpho.sol" },
				abi: ["enableIrm", "enableLltv", "createMarket", "supply", "flashLoan"],
			},
		],
	},
	"aave-v3": {
		packages: { [AAVE]: "1.19.3" },
		license: "MIT",
		contracts: [
			aave("protocol/configuration", "PoolAddressesProvider", [
				...["setACLAdmin", "setACLManager", "setPoolImpl", "setPoolConfiguratorImpl", "setPriceOracle", "getPool", "getPoolConfigurator"],
			]),
			aave("protocol/configuration", "ACLManager", ["addPoolAdmin"]),
			aave("protocol/pool", "Pool", ["supply", "flashLoanSimple", "FLASHLOAN_PREMIUM_TOTAL", "getReserveData", "FlashLoan"]),
			aave("protocol/pool", "PoolConfigurator", [
				"initReserves",
				"setReserveFlashLoaning",
				"updateFlashloanPremiumTotal",
				"updateFlashloanPremiumToProtocol",
			]),
			aave("protocol/pool", "DefaultReserveInterestRateStrategy", []),
			...["AToken", "StableDebtToken", "VariableDebtToken"].map((name) => aave("protocol/tokenization", name, [])),
			aave("mocks/oracle", "PriceOracle", ["setAssetPrice"]),
			...AAVE_LIBRARIES.map((name) => aave("protocol/libraries/logic", name, [])),
		],
	},
};

function balancerVault(name: string, abi: readonly string[], runs?: number): PublishedContract {
	return { name, package: "@balancer-labs/v3-vault", path: `contracts/${name}.sol`, abi, ...(runs === undefined ? {} : { runs }) };
}

function balancerFactory(kind: string, name: string): PublishedContract {
	return { name, package: `@balancer-labs/v3-pool-${kind}`, path: `contracts/${name}.sol`, abi: POOL_FACTORY_ABI };
}

function aave(folder: string, name: string, abi: readonly string[]): PublishedContract {
	return { name, package: AAVE, path: `artifacts/contracts/${folder}/${name}.sol/${name}.json`, abi };
}

/** What is written of a contract. */
interface Taken {
	readonly abi: readonly unknown[];
	readonly bytecode: string;
	readonly linkReferences?: unknown;
	readonly compiler?: { readonly solc: string; readonly settings: CompilerSettings };
}

const entrySchema = z.looseObject({ type: z.string(), name: z.string().optional() });
const artifactSchema = z.object({ abi: z.array(z.unknown()), bytecode: z.string(), linkReferences: z.unknown() });

const name = process.argv[2] ?? "";
const published = PUBLISHED[name];
if (published === undefined) throw new Error(`usage: node scripts/published-contracts.ts ${Object.keys(PUBLISHED).join("|")}`);
const aside = mkdtempSync(join(tmpdir(), "published-contracts-"));
try {
	writeFileSync(
		join(aside, "package.json"),
		JSON.stringify({ private: true, dependencies: published.packages, overrides: published.overrides ?? {} }),
	);
	execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: aside, stdio: "inherit" });
	const folder = join(ROOT, "devnet", "artifacts", name);
	mkdirSync(folder, { recursive: true });
	copyLicences(folder);
	for (const contract of published.contracts) {
		const taken = published.settings === undefined ? read(contract) : compiled(contract, published.settings);
		const source = {
			...{ package: contract.package, version: published.packages[contract.package], path: contract.path, license: published.license },
		};
		const file = join(folder, `${contract.name}.json`);
		writeFileSync(
			file,
			`${JSON.stringify({ contractName: contract.name, ...taken, abi: keptOf(contract, taken.abi), source }, null, "\t")}\n`,
		);
		process.stdout.write(`${file.slice(ROOT.length + 1)}\n`);
	}
} finally {
	rmSync(aside, { recursive: true, force: true });
}

/** Balancer's packages name their licence and carry no text of it. */
function copyLicences(folder: string): void {
	for (const owner of new Set(published?.contracts.map((contract) => contract.package))) {
		const file = ["LICENSE", "LICENSE.md"].map((name) => join(aside, "node_modules", owner, name)).find((path) => existsSync(path));
		if (file !== undefined) copyFileSync(file, join(folder, "LICENSE"));
	}
}

function read(contract: PublishedContract): Taken {
	return artifactSchema.parse(JSON.parse(readFileSync(join(aside, "node_modules", contract.package, contract.path), "utf8")));
}

function compiled(contract: PublishedContract, base: CompilerSettings): Taken {
	const solc = createRequire(join(aside, "package.json"))("solc") as Solc;
	const settings = contract.runs === undefined ? base : { ...base, optimizer: { ...base.optimizer, runs: contract.runs } };
	const path = `${contract.package}/${contract.path}`;
	const artifact = compile({
		...{ solc, settings, contracts: [{ path, name: contract.name }] },
		read: (file) => readFileSync(join(aside, "node_modules", file), "utf8"),
	}).get(contract.name);
	if (artifact === undefined) throw new Error(`${path} was not compiled`);
	return { abi: artifact.abi, bytecode: artifact.bytecode, compiler: { solc: artifact.solc, settings } };
}

/** Fails where an entry is not there: a name misspelt here would be missed much later. */
function keptOf(contract: PublishedContract, abi: readonly unknown[]): readonly unknown[] {
	const kept = abi
		.map((entry) => entrySchema.parse(entry))
		.filter((entry) => entry.type === "constructor" || contract.abi.includes(entry.name ?? ""));
	const missing = contract.abi.filter((each) => !kept.some((entry) => entry.name === each));
	if (missing.length > 0) throw new Error(`${contract.name} has no ${missing.join(", ")}`);
	return kept;
}
