import type { ProtocolFamily } from "../../domain/pool.ts";
import { encodeBalancerV2, encodeBalancerV3 } from "./balancer.ts";
import { encodeConcentrated } from "./concentrated.ts";
import { encodeCurve } from "./curve.ts";
import type { HopEncoder } from "./hop.ts";
import { encodeSolidly } from "./solidly.ts";
import { encodeUniswapV2 } from "./uniswap-v2.ts";
import { encodeUniswapV4 } from "./uniswap-v4.ts";

/** How a hop of each family is told to the executor. */
export const HOP_ENCODERS: Readonly<Record<ProtocolFamily, HopEncoder>> = {
	"uniswap-v2": encodeUniswapV2,
	"uniswap-v3": encodeConcentrated,
	"pancake-v3": encodeConcentrated,
	"slipstream-cl": encodeConcentrated,
	"algebra-v1": encodeConcentrated,
	"algebra-integral": encodeConcentrated,
	"uniswap-v4": encodeUniswapV4,
	"velodrome-v1": encodeSolidly,
	"velodrome-v2": encodeSolidly,
	"aerodrome-v2": encodeSolidly,
	"camelot-v2": encodeSolidly,
	"balancer-v2-weighted": encodeBalancerV2,
	"balancer-v2-stable": encodeBalancerV2,
	"balancer-v3-weighted": encodeBalancerV3,
	"balancer-v3-stable": encodeBalancerV3,
	"curve-3pool": encodeCurve,
	"stableswap-ng": encodeCurve,
	"curve-crypto-v1": encodeCurve,
	"twocrypto-ng": encodeCurve,
	"tricrypto-ng": encodeCurve,
};
