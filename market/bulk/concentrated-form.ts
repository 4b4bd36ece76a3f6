import { AbiCoder, keccak256 } from "ethers";
import { intWord } from "../protocols/abi-word.ts";
import { hexUint } from "./reader.ts";
import { fitting } from "./record.ts";

/**
 * How a contract tells the state of its pools (`ConcentratedView.sol`): `v3` by `slot0` and `tickBitmap` (Uniswap V3, PancakeSwap V3, Slipstream), `algebra` by
 * `globalState` and `tickTable`, `v4` by words of the storage of a manager that holds them all.
 */
export type ConcentratedForm = "v3" | "algebra" | "v4";

export interface ConcentratedPool {
	/** The contract, 20-byte hex; for `v4` the manager. */
	readonly address: string;
	/** Distance of neighbouring bits of the table of initialised ticks. */
	readonly tickSpacing: number;
	/** For `v4`: the pool's id, 32-byte hex. */
	readonly id?: string;
}

/** The calls that a reader makes of a pool, and what their answers mean; digits are null where a value is wider than its type. */
interface Questions {
	/** Its number in a reader's input. */
	readonly number: number;
	price(pool: ConcentratedPool): string;
	priceIn(answer: string): { readonly price: string; readonly tick: string; readonly tail: string } | null;
	/** ABI words of that answer at least. */
	readonly priceWords: number;
	liquidity(pool: ConcentratedPool): string;
	bitmap(pool: ConcentratedPool, word: number): string;
	ticks(pool: ConcentratedPool, tick: number): string;
	/** Gross and net liquidity. */
	tickIn(answer: string): string | null;
	readonly tickWords: number;
}

const LIQUIDITY = "0x1a686502";
const TICKS = "0xf30dba93";
const EXTSLOAD = "0x1e2eaeaf";
/** PoolManager's storage: `_pools`; of a pool, `liquidity`, `ticks` and `tickBitmap` (StateLibrary of v4-core). */
const V4 = { pools: 6n, liquidity: 3n, ticks: 4n, bitmap: 5n } as const;
const abi = AbiCoder.defaultAbiCoder();

function byGetters(of: { readonly number: number; readonly price: string; readonly bitmap: string }): Questions {
	return {
		number: of.number,
		price: () => of.price,
		priceWords: 2,
		priceIn(answer) {
			const price = fitting(answer, { word: 0, bytes: 20 });
			const tick = fitting(answer, { word: 1, bytes: 3, isSigned: true });
			const words = Math.floor((answer.length - 2) / 64);
			const low24 = (word: number) => (word < words ? answer.slice(2 + word * 64 + 58, 2 + (word + 1) * 64) : "0".repeat(6));
			return price === null || tick === null ? null : { price, tick, tail: low24(2) + low24(3) + hexUint(Math.min(words, 255), 1) };
		},
		liquidity: () => LIQUIDITY,
		bitmap: (_, word) => of.bitmap + intWord(word),
		ticks: (_, tick) => TICKS + intWord(tick),
		tickWords: 2,
		tickIn(answer) {
			const gross = fitting(answer, { word: 0, bytes: 16 });
			const net = fitting(answer, { word: 1, bytes: 16, isSigned: true });
			return gross === null || net === null ? null : gross + net;
		},
	};
}

const byStorage: Questions = {
	number: 2,
	price: (pool) => EXTSLOAD + word(stateSlot(pool)),
	priceWords: 1,
	// From the lowest bit: price (160), tick (24), the protocol's fee (24), that of the LPs (24).
	priceIn: (answer) => ({
		price: answer.slice(26, 66),
		tick: answer.slice(20, 26),
		tail: `${answer.slice(14, 20)}${answer.slice(8, 14)}00`,
	}),
	liquidity: (pool) => EXTSLOAD + word(stateSlot(pool) + V4.liquidity),
	bitmap: (pool, at) => EXTSLOAD + word(mapped("int16", at, stateSlot(pool) + V4.bitmap)),
	ticks: (pool, tick) => EXTSLOAD + word(mapped("int24", tick, stateSlot(pool) + V4.ticks)),
	tickWords: 1,
	tickIn: (answer) => answer.slice(34, 66) + answer.slice(2, 34),
};

export const QUESTIONS: Readonly<Record<ConcentratedForm, Questions>> = {
	v3: byGetters({ number: 0, price: "0x3850c7bd", bitmap: "0x5339c296" }),
	algebra: byGetters({ number: 1, price: "0xe76c01e4", bitmap: "0xc677e3e0" }),
	v4: byStorage,
};

function stateSlot({ id = "0x" }: ConcentratedPool): bigint {
	return BigInt(keccak256(abi.encode(["bytes32", "uint256"], [id, V4.pools])));
}

/** Where Solidity keeps a mapping's value. */
function mapped(type: string, key: number, slot: bigint): bigint {
	return BigInt(keccak256(abi.encode([type, "uint256"], [key, BigInt.asUintN(256, slot)])));
}

function word(value: bigint): string {
	return BigInt.asUintN(256, value).toString(16).padStart(64, "0");
}
