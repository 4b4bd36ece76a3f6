import { inspect } from "node:util";
import { Transaction, Wallet } from "ethers";
import { describe, expect, it } from "vitest";
import { CHAIN_ID, KEYS, NOBODY } from "./testing/chain.ts";
import { type UnsignedTransaction, Wallets } from "./wallets.ts";

const wallets = Wallets.fromKeys(KEYS);
const [operator = ""] = wallets.addresses;
const transaction: UnsignedTransaction = {
	chainId: CHAIN_ID,
	nonce: 7,
	to: NOBODY,
	data: "0x1234",
	value: 5n,
	gasLimit: 100_000n,
	maxFeePerGas: 20n,
	maxPriorityFeePerGas: 2n,
};

describe("Wallets", () => {
	it("lists the operators, and not the treasury, which signs too", () => {
		expect(wallets.addresses).toEqual(KEYS.operators.map((key) => new Wallet(key).address.toLowerCase()));
		const treasury = new Wallet(KEYS.treasury).address;
		expect(Transaction.from(wallets.sign(treasury, transaction).rawTransaction).from).toBe(treasury);
	});

	it("signs what it was given, under the hash that it returns", async () => {
		const { rawTransaction, transactionHash } = wallets.sign(operator.toUpperCase().replace("0X", "0x"), transaction);
		const read = Transaction.from(rawTransaction);
		expect(read).toMatchObject({ ...transaction, chainId: BigInt(CHAIN_ID), to: expect.stringMatching(new RegExp(NOBODY, "i")), type: 2 });
		expect(read.from?.toLowerCase()).toBe(operator);
		expect(read.hash).toBe(transactionHash);
		expect(rawTransaction).toBe(await new Wallet(KEYS.operators[0] ?? "").signTransaction({ ...transaction, type: 2 }));
	});

	it("gives the same bytes for the same transaction", () => {
		expect(wallets.sign(operator, transaction)).toEqual(wallets.sign(operator, transaction));
	});

	it("signs nothing for another chain, where the same keys may hold money too", () => {
		expect(() => wallets.sign(operator, { ...transaction, chainId: CHAIN_ID + 1 })).toThrow(
			`these keys sign on chain ${CHAIN_ID} and not on chain ${CHAIN_ID + 1}`,
		);
	});

	it("names the wallet whose key is missing", () => {
		expect(() => wallets.sign(NOBODY, transaction)).toThrow(new RegExp(`no key for wallet ${NOBODY}`));
	});

	it("shows no key, in JSON, in inspection or in an error", () => {
		let message = "";
		try {
			wallets.sign(NOBODY, transaction);
		} catch (error) {
			message = String(error);
		}
		const shown = [JSON.stringify({ wallets }), inspect(wallets, { depth: 10, showHidden: true }), String(wallets), message].join("\n");
		for (const key of [...KEYS.operators, KEYS.treasury]) expect(shown).not.toContain(key.slice(2));
		expect(shown).toContain(operator);
	});
});
