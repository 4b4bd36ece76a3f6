import { AbiCoder, getCreate2Address, keccak256, solidityPacked } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import type { Call } from "../chain-client.ts";
import { addressAt } from "../protocols/abi-word.ts";
import type { AskMany } from "./many-calls.ts";
import { STATUS, statusOf } from "./record.ts";

/** Where a factory's pools are found. */
export interface Factory {
	readonly address: string;
	/** Who creates the pools, where that is not the factory itself (PancakeSwap V3). */
	readonly deployer?: string;
	/** keccak-256 of the pools' init code, to derive their addresses (EIP-1014); absent, the factory is asked for each. */
	readonly initCodeHash?: string;
}

/** What a factory knows a pool by; `fee` in pips for concentrated liquidity. */
export interface PoolKey {
	readonly token0: string;
	readonly token1: string;
	readonly fee?: number;
}

/** What a factory answers for a pool that it does not have. */
const NOBODY = `0x${"0".repeat(40)}`;
const GET_PAIR = "0xe6a43905";
const GET_POOL = "0x1698ee82";
const abi = AbiCoder.defaultAbiCoder();

function assertFactory(factory: Factory): void {
	for (const [field, value, digits] of [
		["factory.address", factory.address, 40],
		["factory.deployer", factory.deployer, 40],
		["factory.initCodeHash", factory.initCodeHash, 64],
	] as const) {
		if (value === undefined || new RegExp(`^0x[0-9a-fA-F]{${digits}}$`).test(value)) continue;
		throw new ArbError({ code: "invalid_input", message: `${field}: "${value}" is not ${digits / 2} bytes of hex`, retryable: false });
	}
}

/** What every finder's input holds of a factory: 1 to ask it (1); factory or deployer (20); hash of the init code (32). */
export function factoryInput(factory: Factory): { readonly mode: string; readonly source: string } {
	const { address, deployer = address, initCodeHash } = factory;
	if (initCodeHash === undefined) return { mode: "01", source: address.slice(2) + "0".repeat(64) };
	return { mode: "00", source: deployer.slice(2) + initCodeHash.slice(2) };
}

/** The pools among these that exist, by calls; `probe` is a call that each of them answers. */
export async function existingByCalls<Key extends PoolKey>(
	ask: AskMany,
	of: { readonly factory: Factory; readonly keys: readonly Key[]; readonly probe: string },
): Promise<(Key & { readonly address: string })[]> {
	const addresses = await addressesOf(ask, of.factory, of.keys);
	const candidates = of.keys.flatMap((key, i) => (addresses[i] === NOBODY ? [] : [{ ...key, address: addresses[i] ?? NOBODY }]));
	const answers = await ask(candidates.map(({ address }) => ({ to: address, data: of.probe })));
	return candidates.filter((_, i) => statusOf(answers[i] ?? null, 1) !== STATUS.empty);
}

/**
 * Finds pools, and has the factory's own word where deriving finds none: a wrong hash must not look like a factory without pools.
 *
 * @throws ArbError `configuration` where the factory names pools that were not derived
 */
export async function findChecked<Found extends { readonly pools: readonly unknown[] }>(
	factory: Factory,
	find: (factory: Factory) => Promise<Found>,
): Promise<Found> {
	assertFactory(factory);
	const found = await find(factory);
	if (found.pools.length > 0 || factory.initCodeHash === undefined) return found;
	const named = await find({ address: factory.address });
	if (named.pools.length === 0) return found;
	throw new ArbError({
		code: "configuration",
		message: `factory.initCodeHash: ${factory.initCodeHash} derives none of the ${named.pools.length} pools that factory ${factory.address} names; correct it (or factory.deployer)`,
		retryable: false,
	});
}

async function addressesOf(ask: AskMany, factory: Factory, keys: readonly PoolKey[]): Promise<readonly string[]> {
	const { initCodeHash, deployer = factory.address } = factory;
	if (initCodeHash !== undefined) return keys.map((key) => getCreate2Address(deployer, saltOf(key), initCodeHash).toLowerCase());
	const answers = await ask(keys.map((key) => lookup(factory.address, key)));
	return answers.map((answer) => {
		if (answer === null || statusOf(answer, 1) !== STATUS.read) throw factoryFault(factory);
		return addressAt(answer, 0);
	});
}

export function factoryFault(factory: Factory): ArbError {
	return new ArbError({
		code: "configuration",
		message: `factory.address: the contract at ${factory.address} does not name its pools (getPair, getPool); correct the address`,
		retryable: false,
	});
}

/** `UniswapV2Factory.createPair` packs the tokens, `UniswapV3PoolDeployer.deploy` encodes them with the fee. */
function saltOf({ token0, token1, fee }: PoolKey): string {
	if (fee === undefined) return keccak256(solidityPacked(["address", "address"], [token0, token1]));
	return keccak256(abi.encode(["address", "address", "uint24"], [token0, token1, fee]));
}

function lookup(to: string, { token0, token1, fee }: PoolKey): Call {
	if (fee === undefined) return { to, data: GET_PAIR + abi.encode(["address", "address"], [token0, token1]).slice(2) };
	return { to, data: GET_POOL + abi.encode(["address", "address", "uint24"], [token0, token1, fee]).slice(2) };
}
