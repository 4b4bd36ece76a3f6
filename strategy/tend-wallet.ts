/** What a look at a signing wallet found. Amounts in wei. */
export interface WalletFacts {
	readonly balanceWei: bigint;
	readonly treasuryWei: bigint;
	readonly lowWei: bigint;
	readonly targetWei: bigint;
}

export type WalletDecision =
	| { readonly kind: "fine" }
	| { readonly kind: "top-up"; readonly amountWei: bigint }
	| { readonly kind: "treasury-short"; readonly missingWei: bigint };

/** The treasury keeps its own target before it tops others up: it pays for publishing roots too. */
export function decideTendWallet(facts: WalletFacts): WalletDecision {
	if (facts.balanceWei >= facts.lowWei) return { kind: "fine" };
	const amountWei = facts.targetWei - facts.balanceWei;
	const spare = facts.treasuryWei - facts.targetWei;
	return spare >= amountWei ? { kind: "top-up", amountWei } : { kind: "treasury-short", missingWei: amountWei - spare };
}
