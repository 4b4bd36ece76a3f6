import { NO_LOAN_FEE } from "../../domain/loan-fee.ts";
import { balanceCall, balancesOf, type LenderReader } from "./lender.ts";

/** Morpho Blue: it lends its balance of all markets and collateral together, free of charge (`Morpho.flashLoan`). */
export const morphoBlueLender: LenderReader = {
	async liquidity(client, { lender, tokens, blockHash }) {
		const calls = tokens.map((token) => balanceCall(token, lender));
		return balancesOf(await client.callAt(blockHash, calls));
	},
	async fee() {
		return NO_LOAN_FEE;
	},
};
