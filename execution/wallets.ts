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

/** The keys of one chain. They leave the process in signatures for that chain only: neither JSON nor inspection shows them. */
export class Wallets {
	/** The operators' addresses, lower case, in the order of the keys. The treasury signs too, but submits no plan, so it is not among them. */
	readonly addresses: readonly string[];
	readonly #chainId: number;
	readonly #keys: ReadonlyMap<string, SigningKey>;

	private constructor(of: {
		readonly chainId: number;
		readonly operators: readonly string[];
		readonly keys: ReadonlyMap<string, SigningKey>;
	}) {
		this.#chainId = of.chainId;
		this.addresses = of.operators;
		this.#keys = of.keys;
	}

	static fromKeys(keys: Keys): Wallets {
		const operators = keys.operators.map((key) => named(key));
		return new Wallets({
			chainId: keys.chainId,
			operators: operators.map(([address]) => address),
			keys: new Map([...operators, named(keys.treasury)]),
		});
	}

	/**
	 * Signs, without asking anybody. The same transaction always gives the same bytes (RFC 6979).
	 *
	 * @throws ArbError `configuration` where the wallet's key is not here, or the transaction is for another chain than these keys.
	 */
	sign(wallet: string, transaction: UnsignedTransaction): SignedTransaction {
		if (transaction.chainId !== this.#chainId) {
			throw new ArbError({
				code: "configuration",
				message: `these keys sign on chain ${this.#chainId} and not on chain ${transaction.chainId}: correct KEYS_FILE`,
				retryable: false,
			});
		}
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
