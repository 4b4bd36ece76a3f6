import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { AbiCoder, getCreate2Address, getCreateAddress, Interface, keccak256, solidityPacked } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import type { Exchange } from "./exchange.ts";

const require = createRequire(import.meta.url);
const abi = AbiCoder.defaultAbiCoder();

/** `PoolFarm.FIRST_TOKEN`. */
const FIRST_TOKEN = 0x7000000000000000000000000000000000000000n;
/** EIP-7825 allows a transaction no more. */
const TRANSACTION_GAS = 16_000_000;
/** Measured: 2.5 million gas to create a pair, 4.8 to create and initialise a pool. */
const PAIRS_PER_TRANSACTION = 6;
const POOLS_PER_TRANSACTION = 3;
/** The node's time for a transaction grows with those that wait, that for a block with the accounts that there are. */
const TRANSACTIONS_PER_BLOCK = 300;
const CALLS_PER_BATCH = 500;
/** Storage of UniswapV2Pair: both reserves and the time in one slot. Of UniswapV3Pool: liquidity, ticks, tickBitmap. */
const RESERVES_SLOT = 8n;
const LIQUIDITY_SLOT = 4n;
const TICKS_SLOT = 5n;
const BITMAP_SLOT = 6n;

export interface PlantedPair {
	/** Numbers of its tokens, i < j. */
	readonly i: number;
	readonly j: number;
	readonly reserve0: bigint;
	readonly reserve1: bigint;
}

export interface PlantedPool {
	readonly i: number;
	readonly j: number;
	readonly fee: number;
	readonly tickSpacing: number;
	/** 0 for a pool that is not initialised. */
	readonly sqrtPriceX96: bigint;
	readonly liquidity: bigint;
	/** Tick, gross, net. */
	readonly ticks: readonly (readonly [number, bigint, bigint])[];
}

/** Address of a token by its number: nobody is there, and the factories do not ask. */
export function farmToken(number: number): string {
	return `0x${(FIRST_TOKEN + BigInt(number)).toString(16)}`;
}

export const INIT_CODE_HASH = {
	pair: keccak256(hexOf(require("@uniswap/v2-core/build/UniswapV2Pair.json").bytecode)),
	pool: keccak256(hexOf(require("@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json").bytecode)),
};

/** Plants many pools with the published bytecode on an exchange's node: created by the factories, their states written into their storage. */
export class PoolFarm {
	/** A contract with `aggregate3`, as code. */
	readonly gathererCode: string;
	readonly #exchange: Exchange;
	readonly #farm: Interface;
	readonly #address: string;
	readonly #from: string;

	private constructor(
		exchange: Exchange,
		of: { readonly farm: Interface; readonly address: string; readonly from: string; readonly code: string },
	) {
		this.#exchange = exchange;
		this.#farm = of.farm;
		this.#address = of.address;
		this.#from = of.from;
		this.gathererCode = of.code;
	}

	static async on(exchange: Exchange): Promise<PoolFarm> {
		const compiled = compile();
		const from = await (await exchange.provider.getSigner(0)).getAddress();
		const nonce = await exchange.provider.getTransactionCount(from);
		const address = getCreateAddress({ from, nonce }).toLowerCase();
		await exchange.provider.send("eth_sendTransaction", [{ from, data: compiled.farm.bytecode, gas: hex(TRANSACTION_GAS) }]);
		await exchange.mine();
		return new PoolFarm(exchange, { farm: new Interface(compiled.farm.abi), address, from, code: compiled.gatherer });
	}

	get factories(): { readonly v2: string; readonly v3: string } {
		const [v2, v3] = this.#exchange.chain.dexes.map((dex) => dex.factory);
		return { v2: v2 ?? "", v3: v3 ?? "" };
	}

	pairAddress({ i, j }: { readonly i: number; readonly j: number }): string {
		const salt = keccak256(solidityPacked(["address", "address"], [farmToken(i), farmToken(j)]));
		return getCreate2Address(this.factories.v2, salt, INIT_CODE_HASH.pair).toLowerCase();
	}

	poolAddress({ i, j, fee }: { readonly i: number; readonly j: number; readonly fee: number }): string {
		const salt = keccak256(abi.encode(["address", "address", "uint24"], [farmToken(i), farmToken(j), fee]));
		return getCreate2Address(this.factories.v3, salt, INIT_CODE_HASH.pool).toLowerCase();
	}

	async plantPairs(pairs: readonly PlantedPair[]): Promise<void> {
		const places = pairs.map(({ i, j }) => digits(i, 2) + digits(j, 2));
		await this.#create("createPairs", this.factories.v2, places, PAIRS_PER_TRANSACTION);
		await this.#store(
			pairs.map((pair) => [this.pairAddress(pair), RESERVES_SLOT, pair.reserve0 | (pair.reserve1 << 112n) | (1n << 224n)] as const),
		);
	}

	async plantPools(pools: readonly PlantedPool[]): Promise<void> {
		const places = pools.map(({ i, j, fee, sqrtPriceX96 }) => digits(i, 2) + digits(j, 2) + digits(fee, 3) + digits(sqrtPriceX96, 20));
		await this.#create("createPools", this.factories.v3, places, POOLS_PER_TRANSACTION);
		await this.#store(pools.flatMap((pool) => storageOf(this.poolAddress(pool), pool)));
	}

	async setCode(address: string, code: string): Promise<void> {
		await this.#batch([["anvil_setCode", [address, code]]]);
	}

	async #create(method: string, factory: string, places: readonly string[], perTransaction: number): Promise<void> {
		const data = Array.from({ length: Math.ceil(places.length / perTransaction) }, (_, k) =>
			this.#farm.encodeFunctionData(method, [factory, `0x${places.slice(k * perTransaction, (k + 1) * perTransaction).join("")}`]),
		);
		const { gasLimit } = await this.#exchange.provider.send("eth_getBlockByNumber", ["latest", false]);
		await this.#batch([["evm_setBlockGasLimit", [hex(TRANSACTION_GAS * TRANSACTIONS_PER_BLOCK)]]]);
		for (let from = 0; from < data.length; from += TRANSACTIONS_PER_BLOCK) {
			await this.#mine(method, data.slice(from, from + TRANSACTIONS_PER_BLOCK));
		}
		await this.#batch([["evm_setBlockGasLimit", [gasLimit]]]);
	}

	async #mine(method: string, data: readonly string[]): Promise<void> {
		// Full blocks would raise the base fee by an eighth each.
		await this.#batch([["anvil_setNextBlockBaseFeePerGas", [hex(10 ** 9)]]]);
		const nonce = await this.#exchange.provider.getTransactionCount(this.#from);
		const common = { from: this.#from, to: this.#address, gas: hex(TRANSACTION_GAS), gasPrice: hex(10 ** 12) };
		await this.#batch(data.map((input, k) => ["eth_sendTransaction", [{ ...common, data: input, nonce: hex(nonce + k) }]]));
		await this.#exchange.mine();
		const receipts: readonly { readonly status: string }[] = await this.#exchange.provider.send("eth_getBlockReceipts", ["latest"]);
		if (receipts.length !== data.length || receipts.some(({ status }) => status !== "0x1")) {
			throw new ArbError({ code: "chain", message: `${method}: a transaction failed or was not mined`, retryable: false });
		}
	}

	async #store(slots: readonly (readonly [string, bigint, bigint])[]): Promise<void> {
		await this.#batch(slots.map(([address, slot, value]) => ["anvil_setStorageAt", [address, hex(slot), word(value)]]));
		// What is written belongs to no block until the next one.
		await this.#exchange.mine();
	}

	async #batch(calls: readonly (readonly [string, readonly unknown[]])[]): Promise<void> {
		for (let from = 0; from < calls.length; from += CALLS_PER_BATCH) {
			const body = calls.slice(from, from + CALLS_PER_BATCH).map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params }));
			const response = await fetch(this.#exchange.chain.rpcUrl, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify(body),
			});
			const answers: readonly { readonly error?: { readonly message: string } }[] = JSON.parse(await response.text());
			const failed = answers.find((answer) => answer.error !== undefined);
			if (failed !== undefined) {
				throw new ArbError({ code: "chain", message: `${body[0]?.method}: ${failed.error?.message}`, retryable: false });
			}
		}
	}
}

function storageOf(address: string, pool: PlantedPool): (readonly [string, bigint, bigint])[] {
	const words = new Map<number, bigint>();
	const ticks = pool.ticks.map(([tick, gross, net]) => {
		const compressed = tick / pool.tickSpacing;
		words.set(compressed >> 8, (words.get(compressed >> 8) ?? 0n) | (1n << BigInt(compressed & 255)));
		return [address, mapped("int24", tick, TICKS_SLOT), gross | (BigInt.asUintN(128, net) << 128n)] as const;
	});
	const bitmap = [...words].map(([word, bits]) => [address, mapped("int16", word, BITMAP_SLOT), bits] as const);
	return [[address, LIQUIDITY_SLOT, pool.liquidity], ...ticks, ...bitmap];
}

/** Where Solidity keeps a mapping's value. */
function mapped(type: string, key: number, slot: bigint): bigint {
	return BigInt(keccak256(abi.encode([type, "uint256"], [key, slot])));
}

function compile(): { readonly farm: { readonly abi: readonly object[]; readonly bytecode: string }; readonly gatherer: string } {
	const input = {
		language: "Solidity",
		sources: { farm: { content: readFileSync(new URL("PoolFarm.sol", import.meta.url), "utf8") } },
		settings: { outputSelection: { farm: { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } } },
	};
	const { contracts, errors } = JSON.parse(require("solc").compile(JSON.stringify(input)));
	if (contracts?.farm?.PoolFarm === undefined) {
		throw new ArbError({ code: "invalid_input", message: JSON.stringify(errors), retryable: false });
	}
	const { PoolFarm: farm, CallGatherer: gatherer } = contracts.farm;
	return { farm: { abi: farm.abi, bytecode: `0x${farm.evm.bytecode.object}` }, gatherer: `0x${gatherer.evm.deployedBytecode.object}` };
}

function hexOf(bytecode: string): string {
	return bytecode.startsWith("0x") ? bytecode : `0x${bytecode}`;
}

function digits(value: number | bigint, bytes: number): string {
	return value.toString(16).padStart(bytes * 2, "0");
}

function hex(value: number | bigint): string {
	return `0x${value.toString(16)}`;
}

function word(value: bigint): string {
	return `0x${digits(value, 32)}`;
}
