import { inspect } from "node:util";
import { computeAddress, SigningKey, Transaction } from "ethers";
import type { Keys } from "../config/keys.ts";
import { ArbError } from "../domain/errors.ts";

/** One EIP-1559 transaction. Fees in wei per gas, `value` in wei, `data` as hex with `0x`. */
export interface UnsignedTransaction {
	readonly chainId: number;
	readonly nonce: number;
	readonly to: string;
	readonly data: string;
	readonly value: bigint;
	readonly gasLimit: bigint;
	readonly maxFeePerGas: bigint;
	readonly maxPriorityFeePerGas: bigint;
}

export interface SignedTransaction {
	readonly rawTransaction: string;
	readonly transactionHash: string;
}

/** The keys of this process. They leave it in signatures only: neither JSON nor inspection shows them. */
export class Wallets {
	/** The operators' addresses, lower case, in the order of the keys. The treasury signs too, but submits no plan, so it is not among them. */
	readonly addresses: readonly string[];
	readonly #keys: ReadonlyMap<string, SigningKey>;

	private constructor(operators: readonly string[], keys: ReadonlyMap<string, SigningKey>) {
		this.addresses = operators;
		this.#keys = keys;
	}

	static fromKeys(keys: Keys): Wallets {
		const operators = keys.operators.map((key) => named(key));
		return new Wallets(
			operators.map(([address]) => address),
			new Map([...operators, named(keys.treasury)]),
		);
	}

	/**
	 * Signs, without asking anybody. The same transaction always gives the same bytes (RFC 6979).
	 *
	 * @throws ArbError `configuration` where the wallet's key is not here.
	 */
	sign(wallet: string, transaction: UnsignedTransaction): SignedTransaction {
		const key = this.#keys.get(wallet.toLowerCase());
		if (key === undefined) {
			throw new ArbError({
				code: "configuration",
				message: `no key for wallet ${wallet}; this process holds those of ${[...this.#keys.keys()].join(", ")}: correct the keys file or the chain file`,
				retryable: false,
			});
		}
		const signed = Transaction.from({ ...transaction, type: 2 });
		signed.signature = key.sign(signed.unsignedHash);
		if (signed.hash === null) throw new Error("a signed transaction has a hash");
		return { rawTransaction: signed.serialized, transactionHash: signed.hash };
	}

	toJSON(): { readonly addresses: readonly string[] } {
		return { addresses: this.addresses };
	}

	[inspect.custom](): string {
		return `Wallets { ${this.addresses.join(", ")}; keys hidden }`;
	}
}

function named(privateKey: string): readonly [address: string, key: SigningKey] {
	const key = new SigningKey(privateKey);
	return [computeAddress(key.publicKey).toLowerCase(), key];
}
