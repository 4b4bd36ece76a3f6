import { AbiCoder, keccak256, solidityPacked } from "ethers";
import type { TokenFunding } from "../../domain/token-facts.ts";
import { uintAt } from "../protocols/abi-word.ts";
import type { AccountOverride } from "./simulation.ts";

/** Mappings are tried at these many first slots of the layout. */
const SLOTS = 64;
/** ERC-7201 `openzeppelin.storage.ERC20`: balances are the first member. */
const ERC7201_ERC20 = "0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace00";
/** Solady's `ERC20._BALANCE_SLOT_SEED`. */
const SOLADY_SEED = "0x87a211a2";
/** Fits into the narrowest balances that are packed (uint64), and is too large for a product of shares to hit a neighbour. */
const FIRST_MARKER = 10n ** 18n;

export interface BalanceSlot {
	readonly funding: Extract<TokenFunding, { readonly kind: "slot" }>;
	/** Where the account's balance is in the token's storage. */
	readonly key: string;
}

/** Every place where a token may keep the balance of `account`. */
function candidateSlots(account: string): readonly BalanceSlot[] {
	const abi = AbiCoder.defaultAbiCoder();
	const found: BalanceSlot[] = [];
	for (let slot = 0; slot < SLOTS; slot++) {
		// Solidity: keccak256(key . slot); Vyper: keccak256(slot . key).
		found.push({
			funding: { kind: "slot", layout: "solidity", slot },
			key: keccak256(abi.encode(["address", "uint256"], [account, slot])),
		});
		found.push({ funding: { kind: "slot", layout: "vyper", slot }, key: keccak256(abi.encode(["uint256", "address"], [slot, account])) });
	}
	found.push({
		funding: { kind: "slot", layout: "erc-7201", slot: null },
		key: keccak256(abi.encode(["address", "uint256"], [account, ERC7201_ERC20])),
	});
	// keccak256 of the last 32 bytes of (address in 20 bytes . 8 zero bytes . seed in 4).
	found.push({
		funding: { kind: "slot", layout: "solady", slot: null },
		key: keccak256(solidityPacked(["address", "uint64", "bytes4"], [account, 0, SOLADY_SEED])),
	});
	return found;
}

/** The override that writes a mark of its own into each candidate slot, so that one `balanceOf(account)` tells which of them it reads. */
export function markedSlots(account: string): AccountOverride {
	return { stateDiff: Object.fromEntries(candidateSlots(account).map(({ key }, i) => [key, word(FIRST_MARKER + BigInt(i))])) };
}

/** What `balanceOf(account)` under {@link markedSlots} says: a slot, a balance `derived` from a slot, or nothing. */
export function slotFrom(answer: string, account: string): BalanceSlot | "derived" | null {
	const balance = answer.length < 66 ? 0n : uintAt(answer, 0);
	if (balance === 0n) return null;
	const index = balance - FIRST_MARKER;
	const candidates = candidateSlots(account);
	return index >= 0n && index < BigInt(candidates.length) ? (candidates[Number(index)] ?? null) : "derived";
}

/** A value as a storage slot or an argument holds it. */
export function word(value: bigint): string {
	return `0x${value.toString(16).padStart(64, "0")}`;
}
