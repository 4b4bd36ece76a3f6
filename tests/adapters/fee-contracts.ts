import { readFileSync } from "node:fs";
import { Interface } from "ethers";
import { compile, loadSolc, OWN_SETTINGS } from "../../contracts/compiler.ts";

const FILE = "FeeContracts.sol";
const NAMES = ["TimedPlugin", "FeeHook", "DirectionalPool", "SlipstreamFactory"] as const;

export interface FeeContract {
	readonly abi: Interface;
	readonly bytecode: string;
	readonly deployedBytecode: string;
}

/** The contracts of `FeeContracts.sol`: whoever sets fees of pools without their saying so. */
export function feeContracts(): Readonly<Record<(typeof NAMES)[number], FeeContract>> {
	const compiled = compile({
		read: () => readFileSync(new URL(FILE, import.meta.url), "utf8"),
		solc: loadSolc("solc"),
		settings: OWN_SETTINGS,
		contracts: NAMES.map((name) => ({ path: FILE, name })),
	});
	const contract = (name: (typeof NAMES)[number]): FeeContract => {
		const artifact = compiled.get(name);
		if (artifact === undefined) throw new Error(`${FILE} contains no contract ${name}`);
		const { bytecode, deployedBytecode } = artifact;
		return { abi: new Interface(JSON.stringify(artifact.abi)), bytecode, deployedBytecode };
	};
	return {
		TimedPlugin: contract("TimedPlugin"),
		FeeHook: contract("FeeHook"),
		DirectionalPool: contract("DirectionalPool"),
		SlipstreamFactory: contract("SlipstreamFactory"),
	};
}
