import { AbiCoder, concat, getCreate2Address, keccak256, solidityPacked } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import type { Deployment, Derivation, KnownPool, Salt } from "./deployment.ts";

/** What a pool is created for; `fee`, `tickSpacing` and `stable` where the salt has them. */
export type PoolKey = Omit<KnownPool, "address">;

/** Creation code of a minimal proxy, before and after the implementation's address (EIP-1167). */
const CLONE_CODE = ["0x3d602d80600a3d3981f3363d3d373d3d3d363d73", "0x5af43d82803e903d91602b57fd5bf3"] as const;

/**
 * The address at which a dex creates the pool of these tokens (EIP-1014); lower case.
 *
 * @throws ArbError `configuration` where the row has no derivation, or the key lacks what its salt needs
 */
export function poolAddress(row: Pick<Deployment, "dex" | "chainId" | "factory" | "poolDeployer" | "derivation">, key: PoolKey): string {
	const deployer = row.poolDeployer ?? row.factory;
	if (row.derivation === undefined || deployer === undefined) throw incomplete(row, "derivation");
	return getCreate2Address(deployer, keccak256(saltOf(row, row.derivation.salt, key)), codeHashOf(row.derivation)).toLowerCase();
}

function codeHashOf(derivation: Derivation): string {
	if (derivation.by === "init-code") return derivation.initCodeHash;
	return keccak256(concat([CLONE_CODE[0], derivation.implementation, CLONE_CODE[1]]));
}

function saltOf(row: Pick<Deployment, "dex" | "chainId">, salt: Salt, key: PoolKey): string {
	const tokens = [...key.tokens].sort();
	switch (salt) {
		case "packed-tokens":
			return solidityPacked(["address", "address"], tokens);
		case "packed-tokens-stable":
			return solidityPacked(["address", "address", "bool"], [...tokens, required(row, key, "stable")]);
		case "tokens":
			return AbiCoder.defaultAbiCoder().encode(["address", "address"], tokens);
		case "tokens-fee":
			return AbiCoder.defaultAbiCoder().encode(["address", "address", "uint24"], [...tokens, required(row, key, "fee")]);
		case "tokens-tick-spacing":
			return AbiCoder.defaultAbiCoder().encode(["address", "address", "int24"], [...tokens, required(row, key, "tickSpacing")]);
	}
}

function required<Field extends keyof PoolKey>(
	row: Pick<Deployment, "dex" | "chainId">,
	key: PoolKey,
	field: Field,
): NonNullable<PoolKey[Field]> {
	const value = key[field];
	if (value === undefined || value === null) throw incomplete(row, `knownPool.${field}`);
	return value;
}

function incomplete(row: Pick<Deployment, "dex" | "chainId">, field: string): ArbError {
	return new ArbError({
		code: "configuration",
		message: `dex ${row.dex} on chain ${row.chainId}: ${field} is missing, so the address of a pool cannot be derived; add it to the row`,
		retryable: false,
	});
}
