import { id } from "ethers";
import type { LoanFee } from "../../domain/loan-fee.ts";
import type { Call, ChainClient } from "../chain-client.ts";
import { uintAt } from "../protocols/abi-word.ts";

export type Reader = Pick<ChainClient, "callAt">;

/** What is asked of one lender at the end of one block. */
export interface LoanQuestion {
	readonly lender: string;
	readonly tokens: readonly string[];
	readonly blockHash: string;
}

/** How one kind of lender is read. Liquidity and fee apart: the search wants the first of every block, a decision both. */
export interface LenderReader {
	/** What can be borrowed of each token, base units: 0 where the lender does not lend it, or not now. */
	liquidity(client: Reader, question: LoanQuestion): Promise<readonly bigint[]>;
	/** What it takes of a loan. */
	fee(client: Reader, question: Omit<LoanQuestion, "tokens">): Promise<LoanFee>;
}

const BALANCE_OF = id("balanceOf(address)").slice(0, 10);

/** A call whose arguments are addresses. */
export function addressCall(to: string, selector: string, ...addresses: readonly string[]): Call {
	return { to, data: selector + addresses.map((address) => address.slice(2).toLowerCase().padStart(64, "0")).join("") };
}

/** What an account has of a token. */
export function balanceCall(token: string, account: string): Call {
	return addressCall(token, BALANCE_OF, account);
}

/** The balances that some {@link balanceCall}s answered. */
export function balancesOf(answers: readonly string[]): readonly bigint[] {
	return answers.map((answer) => uintAt(answer, 0));
}
