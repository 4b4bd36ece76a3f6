import { describe, expect, it } from "vitest";
import { effectivePriorityFee, type OrderedTransaction, orderGroups } from "./ordering.ts";

const GWEI = 1_000_000_000n;

function transaction(hash: string, of: Partial<OrderedTransaction>): OrderedTransaction {
	return { hash, from: "0xa", nonce: 0, gasLimit: 100_000n, maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: GWEI, ...of };
}

function group(...transactions: OrderedTransaction[]) {
	return { transactions, isBundle: transactions.length > 1 };
}

const context = {
	baseFeePerGas: GWEI,
	gasLimit: 1_000_000n,
	nonces: new Map([
		["0xa", 0],
		["0xb", 7],
		["0xc", 0],
	]),
};

describe("ordering of a block", () => {
	it("pays the builder the smaller of the tip and the room under the fee cap", () => {
		expect(effectivePriorityFee(transaction("1", { maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: 5n * GWEI }), GWEI)).toBe(2n * GWEI);
		expect(effectivePriorityFee(transaction("1", { maxFeePerGas: 30n * GWEI, maxPriorityFeePerGas: 5n * GWEI }), GWEI)).toBe(5n * GWEI);
	});

	it("puts the highest effective priority fee first and keeps arrival order among equals", () => {
		const groups = [
			group(transaction("low", { from: "0xa", maxPriorityFeePerGas: 1n })),
			group(transaction("high", { from: "0xb", nonce: 7, maxPriorityFeePerGas: 9n })),
			group(transaction("low, later", { from: "0xc", maxPriorityFeePerGas: 1n })),
		];
		expect(orderGroups(groups, context).ordered.map((each) => each.transactions[0]?.hash)).toEqual(["high", "low", "low, later"]);
	});

	it("keeps a sender's nonces in order, whatever the later ones pay", () => {
		const groups = [
			group(transaction("second", { nonce: 1, maxPriorityFeePerGas: 50n })),
			group(transaction("other", { from: "0xc", maxPriorityFeePerGas: 20n })),
			group(transaction("first", { nonce: 0, maxPriorityFeePerGas: 10n })),
		];
		expect(orderGroups(groups, context).ordered.map((each) => each.transactions[0]?.hash)).toEqual(["other", "first", "second"]);
	});

	it("leaves out what cannot be in the block, with the reason", () => {
		const groups = [
			group(transaction("cheap", { maxFeePerGas: GWEI - 1n })),
			group(transaction("gap", { from: "0xb", nonce: 9 })),
			group(transaction("large", { from: "0xc", gasLimit: 1_000_001n })),
		];
		const { ordered, left } = orderGroups(groups, context);
		expect(ordered).toEqual([]);
		expect(left.map((each) => [each.group.transactions[0]?.hash, each.reason])).toEqual([
			["cheap", "fee cap 999999999 is below the base fee 1000000000"],
			["large", "needs 1000001 gas where the block has 1000000 left"],
			["gap", "nonce 9 is not the sender's next one (7)"],
		]);
	});

	it("takes a bundle whole: its fee is the mean by gas, and its own nonces count up inside it", () => {
		const bundle = group(
			transaction("b1", { from: "0xa", nonce: 0, maxPriorityFeePerGas: 0n }),
			transaction("b2", { from: "0xa", nonce: 1, maxPriorityFeePerGas: 30n }),
		);
		const ten = group(transaction("ten", { from: "0xc", maxPriorityFeePerGas: 10n }));
		const twenty = group(transaction("twenty", { from: "0xb", nonce: 7, maxPriorityFeePerGas: 20n }));
		expect(orderGroups([ten, bundle, twenty], context).ordered).toEqual([twenty, bundle, ten]);
	});
});
