import { describe, expect, it } from "vitest";
import { decideTendWallet } from "./tend-wallet.ts";

const facts = { balanceWei: 5n, treasuryWei: 100n, lowWei: 6n, targetWei: 20n };

describe("tending a wallet", () => {
	it.each([
		["is fine at the low mark", { balanceWei: 6n }, { kind: "fine" }],
		["is topped up to the target below it", {}, { kind: "top-up", amountWei: 15n }],
		["is topped up as long as the treasury keeps its own target", { treasuryWei: 35n }, { kind: "top-up", amountWei: 15n }],
		["waits where the treasury would fall below its own target", { treasuryWei: 34n }, { kind: "treasury-short", missingWei: 1n }],
	] as const)("%s", (_, changed, decision) => {
		expect(decideTendWallet({ ...facts, ...changed })).toEqual(decision);
	});
});
