import { id } from "ethers";
import { balancerV2LoanFee } from "../../domain/loan-fee.ts";
import { addressAt, uintAt } from "../protocols/abi-word.ts";
import { balanceCall, balancesOf, type LenderReader } from "./lender.ts";

const FEES_COLLECTOR = id("getProtocolFeesCollector()").slice(0, 10);
const FLASH_LOAN_FEE = id("getFlashLoanFeePercentage()").slice(0, 10);

/** A Balancer V2 vault: it lends its balance (`FlashLoans.flashLoan`), for the fee that its `ProtocolFeesCollector` holds. */
export const balancerV2Lender: LenderReader = {
	async liquidity(client, { lender, tokens, blockHash }) {
		const calls = tokens.map((token) => balanceCall(token, lender));
		return balancesOf(await client.callAt(blockHash, calls));
	},
	async fee(client, { lender, blockHash }) {
		const [collector = "0x"] = await client.callAt(blockHash, [{ to: lender, data: FEES_COLLECTOR }]);
		const [fee = "0x"] = await client.callAt(blockHash, [{ to: addressAt(collector, 0), data: FLASH_LOAN_FEE }]);
		return balancerV2LoanFee(uintAt(fee, 0));
	},
};
