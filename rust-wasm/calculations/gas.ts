import { ArbError } from "../../domain/errors.ts";
import { GAS_COEFFICIENTS } from "./gas-coefficients.ts";
import type { TickWalk } from "./tick-walk.ts";

/**
 * The gas of `ArbitrageExecutor.execute` before it is simulated. What the protocol's rules fix is counted (EIP-2028, EIP-2200, EIP-2929, EIP-3529, EIP-7623);
 * what the contracts' code costs beside that is a fitted number per thing that it does, measured on the devnet (`scripts/fit-gas.ts`).
 */

/** Bytes of a transaction's input by what they cost. */
export interface CalldataBytes {
	readonly zero: number;
	readonly nonZero: number;
}

/** Codes of tokens whose transfers were measured: `canonical-weth`, and an ERC-20 of two mapping writes and an event (the devnet's tokens). */
export const TOKEN_CODES = ["weth9", "plain-erc20"] as const;
export type TokenCode = (typeof TOKEN_CODES)[number];

interface GasHopBase {
	readonly tokenIn: TokenCode;
	readonly tokenOut: TokenCode;
	/** Whether the input is the pool's token0. */
	readonly zeroForOne: boolean;
	/**
	 * Storage words of the pool that are zero before and not after: 17,100 gas each beyond the usual (EIP-2200). For a pair its two price accumulators before
	 * their first write; for a V3 pool `feeGrowthGlobal` of the input token before its first fee, `protocolFees` likewise, and the two `feeGrowthOutside` of
	 * each tick crossed. (Where the pool has never earned a fee in the other token, a crossed tick costs 2,800 less; that is not counted.) `unknown`: none of
	 * them for the gas used, all for the limit.
	 */
	readonly freshWords: number | "unknown";
}

/** A swap in a constant-product pair. */
export interface PairGasHop extends GasHopBase {
	readonly family: "uniswap-v2";
	readonly dex: "uniswap-v2" | "sushiswap-v2";
	/** Whether `blockTimestampLast` is before the block's time, so that the price accumulators are written (`UniswapV2Pair._update`). */
	readonly isFirstInBlock: boolean;
}

/** A swap in a concentrated-liquidity pool. */
export interface PoolGasHop extends GasHopBase {
	readonly family: "uniswap-v3";
	readonly dex: "uniswap-v3";
	readonly walk: Omit<TickWalk, "crossed"> & { readonly crossed: number };
	/**
	 * What a changed tick does to the oracle (`Oracle.write`): nothing where the last observation is of this block's time; else one observation is
	 * overwritten where the pool keeps a single one, or the next one is.
	 */
	readonly observation: "none" | "same" | "next";
	/** Whether `slot0.feeProtocol` takes a part of this direction's fees. */
	readonly hasProtocolFee: boolean;
}

export type GasHop = PairGasHop | PoolGasHop;

export interface GasQuestion {
	readonly lender: "balancer-v2";
	/** What the lender does with its fee: there is none, or it pays it to its collector, which may hold nothing of the token yet (`FlashLoans._payFeeAmount`). */
	readonly loanFee: "none" | "paid" | "first";
	readonly calldata: CalldataBytes;
	/** Whether the treasury holds nothing of the start token yet. */
	readonly isTreasuryEmpty: boolean;
	/** The cycle, in order: 2 to 4 swaps in different pools. */
	readonly hops: readonly GasHop[];
}

/** All in units of gas. `transaction + frame + Σ hops − refund = gasUsed`, unless calldata alone sets the least (EIP-7623). */
export interface GasEstimate {
	/** What the receipt will say. */
	readonly gasUsed: bigint;
	/** Enough to execute: what is spent before refunds, and {@link GAS_LIMIT_MARGIN_BPS} on top. */
	readonly gasLimit: bigint;
	/** The transaction's own: 21,000 and its calldata. */
	readonly transaction: bigint;
	/** Executor and lender around the swaps, with the transfer of the profit. */
	readonly frame: bigint;
	/** Each swap with the executor's part in it. */
	readonly hops: readonly bigint[];
	/** Taken off at the end, at most a fifth of all (EIP-3529). */
	readonly refund: bigint;
}

/**
 * On top of the gas before refunds, for the estimate's own error: the least limit that suffices was never measured more than 1 % above it. What nested
 * calls keep back (a 64th of the rest each, EIP-150) is needed after them anyhow.
 */
export const GAS_LIMIT_MARGIN_BPS = 500n;
const BPS = 10_000n;

/** Storage set from zero (EIP-2200, EIP-2929: 20,000) beyond a change of a word that is not zero (2,900). */
const FRESH_WORD = 17_100;
/** A first touch of a storage word beyond a later one (EIP-2929: 2,100 for reading, where a later one is 100; 2,100 on top where it is written). */
const COLD_READ = 2_000;
const COLD_WRITE = 2_100;
/** A first call of an account beyond a later one (EIP-2929). */
const COLD_ACCOUNT = 2_500;
/** A word set from zero and cleared again in the same transaction gives back all but a warm read (EIP-3529). */
const CLEARED_REFUND = 19_900;
/** A word that was not zero, changed and restored (EIP-3529). */
const RESTORED_REFUND = 2_800;
const TRANSACTION = 21_000;
/** Per byte of calldata (EIP-2028), and the least that a transaction with it costs (EIP-7623). */
const CALLDATA = { zero: 4, nonZero: 16 } as const;
const CALLDATA_FLOOR = { zero: 10, nonZero: 40 } as const;
/** EIP-3529. */
const REFUND_QUOTIENT = 5n;

/** What was fitted, in gas each. */
export interface GasCoefficients {
	/** Executor and Balancer V2 vault around the swaps. */
	readonly balancerFrame: number;
	/** The vault's transfer of its fee. */
	readonly loanFee: number;
	readonly uniswapPair: number;
	readonly sushiswapPair: number;
	/** A pair that takes token1 rather than token0. */
	readonly pairOneForZero: number;
	/** A pair's first swap in a block. */
	readonly pairAccumulators: number;
	readonly uniswapPool: number;
	/** A pool that takes token1 rather than token0. */
	readonly poolOneForZero: number;
	/** A round of the loop. */
	readonly step: number;
	/** A round, for a pool that takes token1. */
	readonly stepOneForZero: number;
	/** A set bit of a tick that a round aims at. */
	readonly tickBit: number;
	/** An initialised tick crossed. */
	readonly crossing: number;
	/** The first of them: the oracle is asked, and the liquidity changes. */
	readonly firstCrossing: number;
	/** A tick that differs afterwards, without its observation. */
	readonly tickChange: number;
	readonly observation: number;
	readonly protocolFee: number;
	/** WETH9 beyond a plain ERC-20. */
	readonly weth9Transfer: number;
	readonly weth9Balance: number;
}
export type GasCoefficient = keyof GasCoefficients;

/** Errors of a fit on the executions of one devnet, as shares of the gas before refunds. */
export interface GasFitErrors {
	readonly rows: number;
	readonly seed: number;
	readonly median: number;
	readonly p95: number;
	readonly max: number;
}

export interface GasFit {
	readonly gas: GasCoefficients;
	readonly provenance: {
		readonly command: string;
		readonly hardfork: string;
		/** Hash over the bytecode of all contracts and the pools' seeds (`deploymentVersion` of the devnet). */
		readonly deployment: string;
		readonly maxHops: number;
		readonly inSample: GasFitErrors;
		readonly outOfSample: GasFitErrors;
	};
}

/** A part of a transaction: gas by the protocol's rules, and how often each of the fitted things happens. */
interface GasPart {
	readonly known: number;
	readonly counts: Readonly<Partial<Record<GasCoefficient, number>>>;
}

/** A transaction in its parts, before coefficients are put in; the fit and the estimate share it. */
export interface GasParts {
	readonly transaction: number;
	readonly frame: GasPart;
	readonly hops: readonly GasPart[];
	/** What the refund counter holds at the end, before its cap. */
	readonly refund: number;
	/** What the hops' unknown words may cost at most. */
	readonly unknown: number;
}

/** Counts the bytes of a hex string with 0x. */
export function calldataBytes(calldata: string): CalldataBytes {
	if (!/^0x([0-9a-fA-F]{2})*$/.test(calldata)) throw invalid(`calldata: ${calldata.slice(0, 20)}… is no hex string of whole bytes`);
	let zero = 0;
	for (let at = 2; at < calldata.length; at += 2) if (calldata.startsWith("00", at)) zero += 1;
	return { zero, nonZero: (calldata.length - 2) / 2 - zero };
}

/**
 * Gas used, gas limit and what they consist of. Right for the pool states that the question was made from; a swap that meets others may cross other ticks.
 *
 * @throws ArbError `invalid_input` that names the field; so for a lender, family, dex or token whose code was not measured
 */
export function estimateGas(question: GasQuestion): GasEstimate {
	const parts = gasParts(question);
	const frame = gasOf(parts.frame);
	const hops = parts.hops.map(gasOf);
	const transaction = BigInt(parts.transaction);
	const spent = hops.reduce((sum, gas) => sum + gas, transaction + frame);
	const capped = spent / REFUND_QUOTIENT;
	const refund = BigInt(parts.refund) < capped ? BigInt(parts.refund) : capped;
	const floor = BigInt(TRANSACTION + priced(question.calldata, CALLDATA_FLOOR));
	const atMost = spent + BigInt(parts.unknown);
	return {
		gasUsed: larger(spent - refund, floor),
		gasLimit: larger(atMost + (atMost * GAS_LIMIT_MARGIN_BPS) / BPS, floor),
		...{ transaction, frame, hops, refund },
	};
}

/** {@link estimateGas} without its coefficients. */
export function gasParts(question: GasQuestion): GasParts {
	check(question);
	const { calldata, isTreasuryEmpty, loanFee, hops } = question;
	const hopParts = hops.map((hop, i) => {
		const isBeforeOther = i < hops.length - 1;
		return hop.family === "uniswap-v2" ? pairPart(hop, isBeforeOther) : poolPart(hop, isBeforeOther);
	});
	// Beside the hops' own, which bring it into the first pool and out of the last: the start token goes out of the vault, back, and to the treasury, and the
	// vault reads its balance before and after.
	const isWrapped = Number(hops[0]?.tokenIn === "weth9");
	const pairs = hops.filter((hop) => hop.family === "uniswap-v2").length;
	const paysFee = Number(loanFee !== "none");
	return {
		transaction: TRANSACTION + priced(calldata, CALLDATA),
		frame: {
			known: FRESH_WORD * (Number(isTreasuryEmpty) + Number(loanFee === "first")),
			counts: { balancerFrame: 1, loanFee: paysFee, weth9Transfer: (3 + paysFee) * isWrapped, weth9Balance: 2 * isWrapped },
		},
		hops: hopParts,
		// The executor ends without any token: it clears the start token twice (it is given away, comes back and is paid out), each other one once. The vault's
		// balance (its fee does not stay there) and its reentrancy lock are restored; so is the lock of each pair, but not that of a V3 pool, whose word holds the price as well.
		refund: CLEARED_REFUND * (hops.length + 1) + RESTORED_REFUND * (2 + pairs),
		unknown: FRESH_WORD * hops.reduce((sum, hop) => sum + (hop.freshWords === "unknown" ? mostFreshWords(hop) : 0), 0),
	};
}

function pairPart(hop: PairGasHop, isBeforeOther: boolean): GasPart {
	const base = swapPart(hop, isBeforeOther);
	return {
		known: base.known,
		counts: {
			[hop.dex === "uniswap-v2" ? "uniswapPair" : "sushiswapPair"]: 1,
			pairOneForZero: Number(!hop.zeroForOne),
			pairAccumulators: Number(hop.isFirstInBlock),
			weth9Transfer: base.wrapped.in + base.wrapped.out,
			weth9Balance: base.wrapped.in + base.wrapped.out,
		},
	};
}

function poolPart(hop: PoolGasHop, isBeforeOther: boolean): GasPart {
	const { walk, observation } = hop;
	const base = swapPart(hop, isBeforeOther);
	const oneForZero = Number(!hop.zeroForOne);
	const isObserved = walk.isTickMoved && observation !== "none";
	return {
		known: base.known + COLD_READ * walk.words + (isObserved && observation === "next" ? COLD_WRITE : 0),
		counts: {
			uniswapPool: 1,
			poolOneForZero: oneForZero,
			step: walk.steps,
			stepOneForZero: walk.steps * oneForZero,
			tickBit: walk.tickBits,
			crossing: walk.crossed,
			firstCrossing: Number(walk.crossed > 0),
			tickChange: Number(walk.isTickMoved),
			observation: Number(isObserved),
			protocolFee: Number(hop.hasProtocolFee),
			weth9Transfer: base.wrapped.in + base.wrapped.out,
			// The pool reads its balance of the input before and after (`UniswapV3Pool.balance0`).
			weth9Balance: 2 * base.wrapped.in,
		},
	};
}

/** What the swaps of all families share: a token on the way is met for the first time, account and balance, by the hop that pays it. */
function swapPart(hop: GasHop, isBeforeOther: boolean) {
	const fresh = hop.freshWords === "unknown" ? 0 : hop.freshWords;
	return {
		known: FRESH_WORD * fresh + (isBeforeOther ? COLD_ACCOUNT + COLD_WRITE : 0),
		wrapped: { in: Number(hop.tokenIn === "weth9"), out: Number(hop.tokenOut === "weth9") },
	};
}

function mostFreshWords(hop: GasHop): number {
	if (hop.family === "uniswap-v2") return hop.isFirstInBlock ? 2 : 0;
	return 1 + Number(hop.hasProtocolFee) + 2 * hop.walk.crossed;
}

function gasOf(part: GasPart): bigint {
	let gas = part.known;
	for (const [name, count] of Object.entries(part.counts)) gas += GAS_COEFFICIENTS.gas[name as GasCoefficient] * count;
	return BigInt(gas);
}

function larger(a: bigint, b: bigint): bigint {
	return a > b ? a : b;
}

function priced(bytes: CalldataBytes, price: CalldataBytes): number {
	return bytes.zero * price.zero + bytes.nonZero * price.nonZero;
}

// checks --------------------------------------------------------------------------------------------------------------

const MAX_HOPS = 4;

/** Questions come from stored payloads as well, so their types are no proof. */
function check({ lender, loanFee, calldata, hops }: GasQuestion): void {
	requireMeasured("lender", lender, ["balancer-v2"]);
	requireMeasured("loanFee", loanFee, ["none", "paid", "first"]);
	requireCount("calldata.zero", calldata.zero);
	requireCount("calldata.nonZero", calldata.nonZero);
	if (hops.length < 2 || hops.length > MAX_HOPS) throw invalid(`hops: ${hops.length} of them, expected 2 to ${MAX_HOPS}`);
	for (const [i, hop] of hops.entries()) checkHop(hop, `hops[${i}]`);
	for (const [i, hop] of hops.entries()) {
		const next = hops[(i + 1) % hops.length];
		if (hop.tokenOut !== next?.tokenIn) throw invalid(`hops[${i}].tokenOut: ${hop.tokenOut}, but the next hop takes ${next?.tokenIn}`);
	}
}

function checkHop(hop: GasHop, at: string): void {
	if (hop.family === "uniswap-v2") requireMeasured(`${at}.dex`, hop.dex, ["uniswap-v2", "sushiswap-v2"]);
	else if (hop.family === "uniswap-v3") checkPool(hop, at);
	else requireMeasured(`${at}.family`, Reflect.get(hop, "family"), ["uniswap-v2", "uniswap-v3"]);
	requireMeasured(`${at}.tokenIn`, hop.tokenIn, TOKEN_CODES);
	requireMeasured(`${at}.tokenOut`, hop.tokenOut, TOKEN_CODES);
	if (hop.freshWords !== "unknown") requireCount(`${at}.freshWords`, hop.freshWords);
}

function checkPool(hop: PoolGasHop, at: string): void {
	requireMeasured(`${at}.dex`, hop.dex, ["uniswap-v3"]);
	for (const field of ["steps", "words", "crossed", "tickBits"] as const) requireCount(`${at}.walk.${field}`, hop.walk[field]);
	if (hop.walk.steps === 0 || hop.walk.words === 0) throw invalid(`${at}.walk: a swap takes at least one step in one word`);
	if (!["none", "same", "next"].includes(hop.observation))
		throw invalid(`${at}.observation: "${hop.observation}" is none of none, same, next`);
}

function requireMeasured(field: string, value: unknown, measured: readonly string[]): void {
	if (typeof value === "string" && measured.includes(value)) return;
	throw invalid(
		`${field}: the gas of "${String(value)}" was not measured, only that of ${measured.join(", ")}; simulate the transaction instead`,
	);
}

function requireCount(field: string, value: number): void {
	if (!Number.isSafeInteger(value) || value < 0) throw invalid(`${field}: ${value} is no count`);
}

function invalid(message: string): ArbError {
	return new ArbError({ code: "invalid_input", message, retryable: false });
}
