import { type HopEncoder, numberDetail, unfit } from "./hop.ts";

const KIND = 6;
const UNSIGNED = 1n << 16n;
const NATIVE_IN = 1n << 17n;
const NATIVE_OUT = 1n << 18n;
/** A pool has at most eight coins. */
const MOST_COINS = 8;

/** Curve: coins by their index in the pool, and whether `exchange` takes them as int128 or uint256. `details.nativeCoin` is the index of the native coin, if any. */
export const encodeCurve: HopEncoder = (hop) => {
	const indexOf = (token: string): number => {
		const index = hop.tokens?.indexOf(token) ?? -1;
		if (index < 0 || index >= MOST_COINS) throw unfit(hop, "tokens", hop.tokens, `the pool's coins, with ${token} among them`);
		return index;
	};
	const [coinIn, coinOut] = [indexOf(hop.tokenIn), indexOf(hop.tokenOut)];
	const exchange = hop.details?.exchange;
	if (exchange !== "int128" && exchange !== "uint256") throw unfit(hop, "details.exchange", exchange, '"int128" or "uint256"');
	const native = hop.details?.nativeCoin === undefined ? null : numberDetail(hop, { name: "nativeCoin", most: MOST_COINS - 1 });
	return {
		kind: KIND,
		pool: hop.pool,
		data:
			BigInt(coinIn) |
			(BigInt(coinOut) << 8n) |
			(exchange === "uint256" ? UNSIGNED : 0n) |
			(coinIn === native ? NATIVE_IN : 0n) |
			(coinOut === native ? NATIVE_OUT : 0n),
	};
};
