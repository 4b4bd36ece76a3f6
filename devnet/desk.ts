import { Interface } from "ethers";
import { uintAt } from "../market/protocols/abi-word.ts";
import { readArtifact } from "./artifacts.ts";

/** A call that the desk makes; `value` is in wei, none where absent. */
export interface DeskCall {
	readonly to: string;
	readonly data: string;
	readonly value?: bigint;
}

/** A view call. */
export interface View {
	readonly to: string;
	readonly data: string;
}

/** The market's desk (`devnet/contracts/MarketDesk.sol`). */
export function deskInterface(): Interface {
	return readArtifact("desk").abi;
}

/** Calls one after the other, all or none. Whoever is called may call the desk back to be paid. */
export function perform(calls: readonly DeskCall[]): string {
	return deskInterface().encodeFunctionData("perform", [calls.map(({ to, data, value = 0n }) => [to, value, data])]);
}

const ERC20 = new Interface(["function approve(address spender, uint256 value) returns (bool)"]);

/** The call that lets a contract take so much of a token from the desk. */
export function approval(of: { readonly token: string; readonly spender: string; readonly amount: bigint }): DeskCall {
	return { to: of.token, data: ERC20.encodeFunctionData("approve", [of.spender, of.amount]) };
}

/** Many view calls as one. */
export function look(views: readonly View[]): string {
	return deskInterface().encodeFunctionData("look", [views.map(({ to, data }) => [to, data])]);
}

/** Words of 32 bytes before the array's own offsets: where it begins, and its length. */
const HEAD_WORDS = 2;
const WORD_BYTES = 32;

/**
 * The answers to {@link look}, in its order: `bytes[]` (Solidity ABI specification). By hand, because it is read in every block and took a general decoder
 * most of what the market costs.
 */
export function lookAnswers(data: string): readonly string[] {
	return Array.from({ length: Number(uintAt(data, 1)) }, (_, i) => {
		const at = HEAD_WORDS + Number(uintAt(data, HEAD_WORDS + i)) / WORD_BYTES;
		const start = 2 + (at + 1) * WORD_BYTES * 2;
		return `0x${data.slice(start, start + Number(uintAt(data, at)) * 2)}`;
	});
}
