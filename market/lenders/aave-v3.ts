import { id } from "ethers";
import { aaveV3LoanFee } from "../../domain/loan-fee.ts";
import { addressAt, uintAt } from "../protocols/abi-word.ts";
import { addressCall, balanceCall, balancesOf, type LenderReader } from "./lender.ts";

const RESERVE_DATA = id("getReserveData(address)").slice(0, 10);
const PREMIUM = id("FLASHLOAN_PREMIUM_TOTAL()").slice(0, 10);

/** Words of `getReserveData`'s answer (`DataTypes.ReserveData`). */
const CONFIGURATION = 0;
const A_TOKEN = 8;
/** Bits of a reserve's configuration (`ReserveConfiguration`): all that `validateFlashloanSimple` looks at. */
const ACTIVE = 1n << 56n;
const PAUSED = 1n << 60n;
const FLASH_LOAN_ENABLED = 1n << 63n;

/**
 * An Aave V3 pool: it lends what the reserve's aToken holds of the token, where the reserve is active, not paused and open to flash loans.
 *
 * @param rounding of the premium, which the deployed pool's release decides (`aaveV3LoanFee`)
 */
export function aaveV3Lender(rounding: "half-up" | "up"): LenderReader {
	return {
		async liquidity(client, { lender, tokens, blockHash }) {
			const reserves = await client.callAt(
				blockHash,
				tokens.map((token) => addressCall(lender, RESERVE_DATA, token)),
			);
			// Of a token that is no reserve all words are zero, so nothing is asked of address zero.
			const lending = tokens.flatMap((token, i) => {
				const reserve = reserves[i] ?? "0x";
				return isLent(uintAt(reserve, CONFIGURATION)) ? [{ token, aToken: addressAt(reserve, A_TOKEN) }] : [];
			});
			const calls = lending.map(({ token, aToken }) => balanceCall(token, aToken));
			const balances = calls.length === 0 ? [] : balancesOf(await client.callAt(blockHash, calls));
			const lent = new Map(lending.map(({ token }, i) => [token, balances[i] ?? 0n]));
			return tokens.map((token) => lent.get(token) ?? 0n);
		},
		async fee(client, { lender, blockHash }) {
			const [premium = "0x"] = await client.callAt(blockHash, [{ to: lender, data: PREMIUM }]);
			return aaveV3LoanFee({ premiumBps: uintAt(premium, 0), rounding });
		},
	};
}

function isLent(configuration: bigint): boolean {
	return (configuration & ACTIVE) !== 0n && (configuration & PAUSED) === 0n && (configuration & FLASH_LOAN_ENABLED) !== 0n;
}
