import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Contract, ContractFactory, type JsonRpcProvider } from "ethers";
import { ArbError } from "../../domain/errors.ts";

const NAMES = ["PriceFeed", "IsthmusOracle", "FjordOracle", "NodeInterface"] as const;
export type PriceContractName = (typeof NAMES)[number];

interface Compiled {
	readonly abi: readonly object[];
	readonly bytecode: string;
	readonly runtime: string;
}

/** The contracts of `PriceContracts.sol` on a node whose blocks come on demand. */
export interface PriceContracts {
	/** A feed with 8 decimals: bounds at 1 and 10^15, or none. */
	deployFeed(of?: {
		readonly decimals?: number;
		readonly isBounded?: boolean;
		readonly lowest?: bigint;
		readonly highest?: bigint;
	}): Promise<Contract>;
	/** Puts a contract's code at an address, as a predeploy is there. */
	place(name: PriceContractName, address: string): Promise<void>;
	/** Sets a feed's round, complete and in the round of its own unless told otherwise, and mines. */
	setRound(
		feed: Contract,
		of: {
			readonly answer: bigint;
			readonly updatedAt: number;
			readonly startedAt?: number;
			readonly roundId?: bigint;
			readonly answeredInRound?: bigint;
		},
	): Promise<void>;
}

export function priceContracts(provider: JsonRpcProvider): PriceContracts {
	const compiled = compileAll();
	return {
		async deployFeed({ decimals = 8, isBounded = true, lowest = 1n, highest = 10n ** 15n } = {}) {
			const { abi, bytecode } = of(compiled, "PriceFeed");
			const signer = await provider.getSigner(5);
			const feed = await new ContractFactory([...abi], bytecode, signer).deploy(decimals, isBounded, lowest, highest, {
				gasLimit: 2_000_000,
			});
			await provider.send("evm_mine", []);
			await feed.waitForDeployment();
			return new Contract(await feed.getAddress(), [...abi], signer);
		},
		async place(name, address) {
			await provider.send("anvil_setCode", [address, of(compiled, name).runtime]);
			await provider.send("evm_mine", []);
		},
		async setRound(feed, { answer, updatedAt, startedAt = updatedAt, roundId = 7n, answeredInRound = roundId }) {
			const sent = await feed.getFunction("set")(answer, startedAt, updatedAt, roundId, answeredInRound, { gasLimit: 500_000 });
			await provider.send("evm_mine", []);
			await sent.wait();
		},
	};
}

function of(compiled: ReadonlyMap<PriceContractName, Compiled>, name: PriceContractName): Compiled {
	const found = compiled.get(name);
	if (found === undefined)
		throw new ArbError({ code: "not_found", message: `PriceContracts.sol has no contract ${name}`, retryable: false });
	return found;
}

function compileAll(): ReadonlyMap<PriceContractName, Compiled> {
	const compile: (input: string) => string = createRequire(import.meta.url)("solc").compile;
	const input = {
		language: "Solidity",
		sources: { prices: { content: readFileSync(new URL("PriceContracts.sol", import.meta.url), "utf8") } },
		settings: { outputSelection: { prices: { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } } },
	};
	const { contracts, errors } = JSON.parse(compile(JSON.stringify(input)));
	return new Map(
		NAMES.map((name) => {
			const contract = contracts?.prices?.[name];
			if (contract === undefined) throw new ArbError({ code: "invalid_input", message: JSON.stringify(errors), retryable: false });
			const { abi, evm } = contract;
			return [name, { abi, bytecode: `0x${evm.bytecode.object}`, runtime: `0x${evm.deployedBytecode.object}` }];
		}),
	);
}
