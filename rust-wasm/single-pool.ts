import { fitsUnsigned, readWords, toWords, WORDS } from "./limbs.ts";
import { engineModule } from "./module.ts";
import type { SinglePool as WasmPool } from "./pkg/arb_engine.js";
import { calling, refusal } from "./refusal.ts";

/** A hop's tokens by their index in the pool. */
export interface TokenIndices {
	readonly from: number;
	readonly to: number;
}

/** One pool of any family by itself, from the documented form of its state; to be disposed of by `using` or `[Symbol.dispose]()`. */
export class SinglePool {
	readonly #wasm: WasmPool;

	/**
	 * `experimental` takes a pool of a family that is not proven against its contract.
	 *
	 * @throws ArbError `engine`, `invalid_state` with the field's name.
	 */
	constructor(state: unknown, { experimental = false }: { readonly experimental?: boolean } = {}) {
		const { SinglePool: Wasm } = engineModule();
		this.#wasm = calling("pool state", () => new Wasm(JSON.stringify(state), experimental));
	}

	get tokenCount(): number {
		return this.#wasm.token_count();
	}

	/**
	 * What a swap of the whole `amountIn` pays, base units; `timestamp` is that of the target block in seconds, by default the state's own.
	 *
	 * @throws ArbError `engine` with the refusal's name first in the message.
	 */
	quote(tokens: TokenIndices, amountIn: bigint, timestamp = 0): bigint {
		const amount = this.#amount(tokens, amountIn);
		return this.#read("quote", () => this.#wasm.quote(tokens.from, tokens.to, amount, timestamp));
	}

	/** The input for an exact output, where the contract offers that. */
	quoteExactOutput(tokens: TokenIndices, amountOut: bigint, timestamp = 0): bigint {
		const amount = this.#amount(tokens, amountOut);
		return this.#read("exact output", () => this.#wasm.quote_exact_output(tokens.from, tokens.to, amount, timestamp));
	}

	[Symbol.dispose](): void {
		this.#wasm.free();
	}

	#amount({ from, to }: TokenIndices, amount: bigint): BigUint64Array {
		const count = this.tokenCount;
		if (from === to || ![from, to].every((index) => Number.isInteger(index) && index >= 0 && index < count)) {
			throw refusal("broken_route", `tokens ${from} and ${to} of a pool with ${count}`);
		}
		if (!fitsUnsigned(amount, 256)) throw refusal("overflow", `amount ${amount}`);
		return toWords(amount);
	}

	#read(subject: string, call: () => BigUint64Array): bigint {
		return readWords(calling(subject, call), { offset: 0, words: WORDS });
	}
}
