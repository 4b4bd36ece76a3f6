/** Why routes must not use a token. A code is part of the interface: it is stored, shown and matched. */
export type TokenExclusion =
	/** Nothing to call, or what is there does not answer as a token. */
	| "no_code"
	| "balance_unreadable"
	| "no_decimals"
	| "decimals_out_of_range"
	/** It could not be tried out. */
	| "no_holder"
	| "too_costly"
	/** It does not move where a route has to move it. */
	| "paused"
	| "cannot_buy"
	| "cannot_sell"
	| "cannot_send"
	| "cannot_pull"
	| "transfer_limit"
	/** It moves, but does not say so, or not by the amount. */
	| "returns_false"
	| "pretends"
	| "transfer_fee"
	| "inexact_transfer"
	| "rebasing"
	/** It does more than a token does. */
	| "calls_recipient"
	| "unguarded"
	| "self_transfer"
	| "overdraft"
	| "depends_on_context"
	| "alias";

/** What a reader must know about a token that routes may use. */
export type TokenNoteCode =
	| "upgradable"
	| "minimal_proxy"
	| "pausable"
	| "blocklist"
	| "fee_switch"
	| "flash_mint"
	| "unusual_permit"
	| "registered_hooks"
	| "missing_return"
	| "false_on_failure"
	| "approve_race"
	| "approve_zero_value_refused"
	| "approve_zero_address_refused"
	| "approval_capped"
	| "large_approval_refused"
	| "zero_transfer_refused"
	| "zero_address_refused"
	| "self_transfer_refused"
	| "one_unit_refused"
	| "emptying_refused"
	| "max_moves_balance"
	| "self_pull_free"
	| "low_decimals"
	| "high_decimals"
	| "bytes32_metadata"
	| "unusual_symbol"
	| "no_symbol"
	| "no_total_supply"
	| "native_coin"
	| "derived_balance"
	| "funded_by_override"
	| "time_unchecked";

export interface TokenNote {
	readonly code: TokenNoteCode;
	readonly sentence: string;
}

/** May routes use the token? `exclusion` says why not; notes stand either way. */
export interface TokenVerdict {
	readonly allowed: boolean;
	readonly exclusion: { readonly code: TokenExclusion; readonly sentence: string } | null;
	readonly notes: readonly TokenNote[];
}

/** What a call of a token's `transfer`, `transferFrom` or `approve` returned. `failure`: it reverted. */
export type TokenAnswer = "true" | "false" | "nothing" | "other" | "failure";

/**
 * One simulated movement. `buy`: a holder (a pool) pays a fresh contract; `sell`: that contract pays the holder; `send`: fresh accounts among each other;
 * `pull`: the holder takes by `transferFrom` what was approved. Base units; `sent` and `received` are the changes of the two balances, which may be negative.
 */
export interface TokenMove {
	readonly kind: "buy" | "sell" | "send" | "pull";
	/** The account whose tokens the rehearsal moves. */
	readonly holder: string;
	/** Which part of the holder's balance that is. */
	readonly size: "unit" | "small" | "third" | "half" | "all";
	readonly asked: bigint;
	readonly answer: TokenAnswer;
	readonly sent: bigint;
	readonly received: bigint;
	readonly gasUsed: number;
}

/** How an attempt to move what is not there ended: refused, or with more moved than nothing, or with success and nothing moved. */
export type OverdraftAnswer = "refused" | "false" | "moved_balance" | "moved_more" | "pretended";

/** What a token did in one set of rehearsals. Null where what leads up to it failed. */
export interface TokenBehaviour {
	/** Rehearsals that the node's gas did not suffice for. */
	readonly unfinished: number;
	readonly holderBalance: bigint | null;
	/** Of the `balanceOf` that took most. */
	readonly readingGas: number;
	readonly moves: readonly TokenMove[];
	/** Changes of the holder's balance while others moved theirs; base units. */
	readonly drift: bigint;
	/** Calls that the token made on a recipient that had not asked for them, and on one that is registered in ERC-1820's registry. */
	readonly unaskedCalls: number;
	readonly registeredCalls: number;
	/** The native coin's balance changed with the token's. */
	readonly movesNativeCoin: boolean;
	readonly approval: {
		readonly answer: TokenAnswer;
		/** Allowance after approving 2^256 - 1. */
		readonly allowance: bigint;
		readonly canChange: boolean;
		readonly takesZeroValue: boolean;
		readonly takesZeroAddress: boolean;
		/** 2^96. */
		readonly takesLarge: boolean;
	};
	readonly takesZeroTransfer: boolean;
	/** Change of the balance after a transfer to oneself. */
	readonly selfTransfer: bigint | "refused" | null;
	readonly takesZeroAddress: boolean | null;
	/** One base unit more than there is, and 2^256 - 1. */
	readonly overdraft: OverdraftAnswer | null;
	readonly maxTransfer: OverdraftAnswer | null;
	/** `transferFrom` of one's own balance without an allowance. */
	readonly pullsOwnFreely: boolean | null;
	/** `transferFrom` of another's balance without an allowance. */
	readonly pullsOthersFreely: boolean | null;
}

/** A function that the token has, for what it says about it; `answer` is the first word of its answer, null where it does more than read. */
export interface TokenFeature {
	readonly kind: "pausable" | "blocklist" | "fee_switch" | "rebase" | "flash_mint" | "unusual_permit";
	readonly signature: string;
	readonly answer: bigint | null;
}

export interface TokenMetadata {
	readonly name: string | null;
	/** Fit for display: printable, at most 32 characters. */
	readonly symbol: string | null;
	readonly encoding: "string" | "bytes32" | "none";
	/** The symbol as stored holds what a display must not show as it is, or letters that pass for others. */
	readonly isUnusual: boolean;
	readonly decimals: bigint | null;
	readonly totalSupply: bigint | null;
}

export interface TokenProxy {
	readonly kind: "eip-1967" | "eip-1967-beacon" | "eip-1822" | "zeppelinos" | "eip-1167";
	readonly implementation: string;
}

/** Whose tokens the rehearsals moved: a holder's own, or a balance written into the slot that was found. */
export type TokenFunding =
	| { readonly kind: "holder"; readonly holder: string }
	| { readonly kind: "slot"; readonly layout: "solidity" | "vyper" | "erc-7201" | "solady"; readonly slot: number | null };

/** What was read of a token, and tried out with it, at the end of one block. */
export interface TokenFacts {
	readonly chainId: number;
	readonly address: string;
	readonly block: { readonly number: number; readonly hash: string };
	readonly codeBytes: number;
	readonly proxy: TokenProxy | null;
	readonly features: readonly TokenFeature[];
	readonly metadata: TokenMetadata;
	readonly isBalanceReadable: boolean;
	/** A written slot changed the balance, but not to what was written: the balance is computed from something else. */
	readonly isBalanceDerived: boolean;
	readonly funding: TokenFunding | null;
	/** As the block is; null where nothing could be tried out. */
	readonly here: TokenBehaviour | null;
	/** A day and 7,200 blocks later, with another builder, sender, origin and gas price. */
	readonly elsewhere: TokenBehaviour | null;
	/** Did the node let time and builder be other ones? */
	readonly isTimeChecked: boolean;
	/** A token inspected with it, whose balances are the same. */
	readonly aliasOf: string | null;
}
