import { id } from "ethers";
import type { Call, ChainClient } from "./chain-client.ts";
import { addressAt, uintAt } from "./protocols/abi-word.ts";

const BALANCE_OF = id("balanceOf(address)").slice(0, 10);
const FEES_COLLECTOR = id("getProtocolFeesCollector()").slice(0, 10);
const FLASH_LOAN_FEE = id("getFlashLoanFeePercentage()").slice(0, 10);

/** One, in Balancer's fixed-point numbers (`FixedPoint.ONE`). */
const ONE = 10n ** 18n;

/** What the lender has of a token, and what it takes for lending it, at one block. */
export interface LoanTerms {
	/** Base units that can be borrowed. */
	readonly liquidity: bigint;
	/** Share of the borrowed amount, 1e18 being all of it. */
	readonly feePercentage: bigint;
	/** The same in basis points, rounded up: a bound. */
	readonly feeBps: number;
}

function balanceCall(vault: string, token: string): Call {
	return { to: token, data: BALANCE_OF + vault.slice(2).padStart(64, "0") };
}

/** What a Balancer V2 vault can lend of each token at the end of a block, base units: its balance. */
export async function loanLiquidity(
	client: Pick<ChainClient, "callAt">,
	of: { readonly vault: string; readonly tokens: readonly string[]; readonly blockHash: string },
): Promise<ReadonlyMap<string, bigint>> {
	const balances = await client.callAt(
		of.blockHash,
		of.tokens.map((token) => balanceCall(of.vault, token)),
	);
	return new Map(of.tokens.map((token, i) => [token, uintAt(balances[i] ?? "0x", 0)]));
}

/**
 * Reads the terms of a Balancer V2 vault's flash loans: its balance of the token (`FlashLoans.flashLoan` lends no more than that) and the fee that its
 * `ProtocolFeesCollector` holds.
 */
export async function balancerLoan(
	client: ChainClient,
	of: { readonly vault: string; readonly token: string; readonly blockHash: string },
): Promise<LoanTerms> {
	const [balance = "0x", collector = "0x"] = await client.callAt(of.blockHash, [
		balanceCall(of.vault, of.token),
		{ to: of.vault, data: FEES_COLLECTOR },
	]);
	const [fee = "0x"] = await client.callAt(of.blockHash, [{ to: addressAt(collector, 0), data: FLASH_LOAN_FEE }]);
	const feePercentage = uintAt(fee, 0);
	return { liquidity: uintAt(balance, 0), feePercentage, feeBps: Number((feePercentage * 10_000n + ONE - 1n) / ONE) };
}
