import type { PlannedHop } from "../../domain/plan.ts";
import { addressDetail, type HopEncoder, numberDetail, unfit } from "./hop.ts";

const KIND = 3;
const NATIVE_IN = 1n << 40n;
const NATIVE_OUT = 1n << 41n;
/** The native coin, as a currency of a pool. */
const NATIVE = `0x${"0".repeat(40)}`;
/** `LPFeeLibrary.DYNAMIC_FEE_FLAG`, the largest fee of a PoolKey. */
const DYNAMIC_FEE = 0x800000;
/** `TickMath.MAX_TICK_SPACING`. */
const MOST_SPACING = 32_767;

/** Uniswap V4: `pool` becomes the PoolManager; the pool's key is packed from its high end (contracts/src/protocols/UniswapV4Hop.sol). */
export const encodeUniswapV4: HopEncoder = (hop) => {
	const currencies = [addressDetail(hop, "currency0"), addressDetail(hop, "currency1")];
	const { tickSpacing } = hop;
	if (tickSpacing === undefined || !Number.isInteger(tickSpacing) || tickSpacing < 1 || tickSpacing > MOST_SPACING) {
		throw unfit(hop, "tickSpacing", tickSpacing, `a whole number from 1 to ${MOST_SPACING}`);
	}
	const fee = numberDetail(hop, { name: "fee", most: DYNAMIC_FEE });
	return {
		kind: KIND,
		pool: addressDetail(hop, "manager"),
		data:
			(BigInt(addressDetail(hop, "hooks")) << 96n) |
			(BigInt(fee) << 72n) |
			(BigInt(tickSpacing) << 48n) |
			(currencyOf(hop, hop.tokenIn, currencies) === NATIVE ? NATIVE_IN : 0n) |
			(currencyOf(hop, hop.tokenOut, currencies) === NATIVE ? NATIVE_OUT : 0n),
	};
};

/** The currency behind a token of the route: `tokens` has the wrapped native coin in the native one's place. */
function currencyOf(hop: PlannedHop, token: string, currencies: readonly string[]): string {
	const currency = currencies[hop.tokens?.indexOf(token) ?? -1];
	if (currency === undefined || (currency !== NATIVE && currency !== token)) {
		throw unfit(hop, "tokens", hop.tokens, `the tokens of currencies ${currencies.join(" and ")}, with ${token} among them`);
	}
	return currency;
}
