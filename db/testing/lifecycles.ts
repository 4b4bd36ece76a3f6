import { hexlify, keccak256, toUtf8Bytes } from "ethers";
import type { Candidate } from "../../domain/candidate.ts";
import { credit, debit, NATIVE_ASSET } from "../../domain/ledger.ts";
import type { Conclusion, Confirmation, DecisionRecord, DistributeDecision, Limits, ReceiptFacts } from "../../domain/lifecycle.ts";
import type { Reason } from "../../domain/outcome.ts";
import { routeHash } from "../../domain/route.ts";
import { lifecycleWorkflowId } from "../../domain/workflow-ids.ts";
import type { Claim, ClaimRequest } from "../claims.ts";

/** Lifecycles for tests: well-formed, with made-up pools and one wallet each. */
export const CHAIN = 31_337;
const WETH = addressOf("weth");
const USDC = addressOf("usdc");

export const LIMITS: Limits = {
	maxAmountIn: "500000000000000000000",
	maxGasCostWei: "50000000000000000",
	maxLossWeiPerDay: "2000000000000000000",
	maxSubmissionsPerMinute: 60,
};

/** An address that belongs to a name. */
export function addressOf(name: string): string {
	return keccak256(toUtf8Bytes(name)).slice(0, 42);
}

/** A two-hop candidate through pools of these names. */
export function candidateOf(of: {
	readonly pools: readonly [string, string];
	readonly block?: number;
	readonly chainId?: number;
}): Candidate {
	const [first, second] = [addressOf(of.pools[0]), addressOf(of.pools[1])];
	const route = [
		{ pool: first, family: "uniswap-v2", dex: "sushiswap", tokenIn: WETH, tokenOut: USDC },
		{ pool: second, family: "uniswap-v3", dex: "uniswap-v3", tokenIn: USDC, tokenOut: WETH },
	] as const;
	const number = of.block ?? 100;
	return {
		chainId: of.chainId ?? CHAIN,
		block: { number, hash: keccak256(toUtf8Bytes(`block ${number}`)), timestamp: 1_700_000_000 + number, baseFeePerGasWei: "1000000000" },
		route,
		routeHash: routeHash(route),
		startToken: WETH,
		amountIn: "1000000000000000000",
		grossProfit: "20000000000000000",
		pools: [],
		fencingNumber: 1,
		foundAtMs: 1_700_000_000_000 + number * 1_000,
	};
}

/** What a lifecycle of this candidate would claim with. */
export function recordOf(candidate: Candidate): Omit<DecisionRecord, "submission"> {
	const at = { startedAtMs: candidate.foundAtMs + 10, elapsedMs: 5 };
	const price = { numeratorWei: "1", denominatorUnits: "1", token: WETH, source: "wrapped-native", blockNumber: candidate.block.number };
	const limits = LIMITS;
	const draft = {
		executor: addressOf("executor"),
		profitRecipient: addressOf("treasury"),
		flashLoan: { lender: "balancer-v2", vault: addressOf("vault"), token: WETH, amount: candidate.amountIn, fee: "0" },
		minProfit: "16000000000000000",
		maxFeePerGasWei: "3000000000",
		maxPriorityFeePerGasWei: "1000000000",
		targetBlock: candidate.block.number + 1,
		deadlineBlock: candidate.block.number + 2,
	} as const;
	return {
		workflowId: lifecycleWorkflowId({
			chainId: candidate.chainId,
			blockNumber: candidate.block.number,
			blockHash: candidate.block.hash,
			routeHash: candidate.routeHash,
		}),
		candidate,
		discover: {
			...at,
			facts: {
				candidateBytes: 1_500,
				knownPools: candidate.route.map((hop) => hop.pool),
				knownTokens: candidate.route.map((hop) => hop.tokenIn),
				canonicalHash: candidate.block.hash,
				headNumber: candidate.block.number,
				maxBlockAge: 1,
				control: { mode: "devnet", paused: false, killSwitch: false },
				fencingNumber: candidate.fencingNumber,
				record: null,
			},
			decision: { kind: "proceed" },
		},
		price: {
			...at,
			facts: {
				block: candidate.block,
				prices: [price],
				nativeUsd: 2_000,
				nativeUsdSource: addressOf("pool of dollars"),
				nextBaseFeePerGasWei: "1000000000",
				priorityFeePerGasWei: "1000000000",
				headNumber: candidate.block.number,
				maxAgeBlocks: 2,
				startToken: WETH,
			},
			decision: {
				kind: "proceed",
				startTokenPrice: price,
				nextBaseFeePerGasWei: "1000000000",
				priorityFeePerGasWei: "1000000000",
				nativeUsd: 2_000,
				l1DataFeeWei: "0",
			},
		},
		detect: {
			...at,
			facts: {
				loanLiquidity: "1000000000000000000000",
				flashLoanFeePercentage: "0",
				flashLoanFeeBps: 0,
				lender: "balancer-v2",
				vault: addressOf("vault"),
			},
			decision: {
				kind: "proceed",
				amountIn: candidate.amountIn,
				amountOut: (BigInt(candidate.amountIn) + BigInt(candidate.grossProfit)).toString(),
				grossProfit: candidate.grossProfit,
				flashLoanFee: "0",
				hops: [
					{ amountIn: candidate.amountIn, amountOut: "2000000000", priceImpact: 0.001 },
					{ amountIn: "2000000000", amountOut: "1020000000000000000", priceImpact: 0.002 },
				],
				gasEstimate: "250000",
				alternatives: [],
			},
		},
		score: {
			...at,
			facts: {
				recent: { submitted: 0, settled: 0, reverted: 0, dropped: 0 },
				headNumber: candidate.block.number,
				flashLoanFeeBps: 0,
				ensemble: null,
				minExpectedValueWei: "1",
				maxLossProbabilityPpm: 900_000,
				maxAmountInWithoutModel: candidate.amountIn,
			},
			decision: {
				kind: "proceed",
				score: { successPpm: 700_000, revertedPpm: 100_000, notIncludedPpm: 200_000 },
				models: {},
				decidedBy: "rules",
				features: { hops: 2 },
				featureVersion: 1,
				expectedNetProfitWei: "19000000000000000",
				expectedValueWei: "13000000000000000",
				risk: { lossPpm: 100_000, netProfitQuantile05Wei: "-500000000000000" },
				reasons: ["no model is registered"],
			},
		},
		plan: {
			...at,
			facts: {
				draft,
				calldata: "0x",
				simulation: { ok: true, gasUsed: "240000", profit: candidate.grossProfit, revertReason: null, blockNumber: candidate.block.number },
				headNumber: candidate.block.number,
				limits,
				usage: { lossWeiToday: "0", submissionsLastMinute: 0 },
				relays: [{ kind: "bundle", inclusionSharePpm: 700_000, exposurePpm: 0 }],
			},
			decision: {
				kind: "proceed",
				plan: {
					...draft,
					chainId: candidate.chainId,
					startToken: WETH,
					amountIn: candidate.amountIn,
					hops: [],
					calldata: "0x",
					gasLimit: "300000",
					relay: "bundle",
					expectedGrossProfit: candidate.grossProfit,
					expectedNetProfitWei: "19000000000000000",
				},
			},
		},
	};
}

/** The request with which {@link recordOf} claims; `wallets` are names. */
export function claimOf(
	candidate: Candidate,
	of: { readonly wallets: readonly string[]; readonly chainNonce?: number; readonly fencingNumber?: number },
): ClaimRequest {
	const record = recordOf(candidate);
	const wallets = of.wallets.map(addressOf);
	return {
		workflowId: record.workflowId,
		chainId: candidate.chainId,
		fencingNumber: of.fencingNumber ?? 1,
		pools: candidate.route.map((hop) => hop.pool),
		wallets,
		chainNonces: Object.fromEntries(wallets.map((wallet) => [wallet, of.chainNonce ?? 0])),
		record,
		relay: "bundle",
		targetBlock: candidate.block.number + 1,
		deadlineBlock: candidate.block.number + 2,
	};
}

/** Stands for signing: bytes and hash that differ by wallet, nonce and lifecycle. */
export function signFor(workflowId: string) {
	return (of: { readonly wallet: string; readonly nonce: number }) => {
		const rawTransaction = hexlify(toUtf8Bytes(`${workflowId} ${of.wallet} ${of.nonce}`));
		return { rawTransaction, transactionHash: keccak256(rawTransaction) };
	};
}

/** How a claim ended on chain: in the block after its candidate's. */
export function confirmationOf(claim: Claim, kind: "confirmed" | "reverted" | "released" | "cancelled"): Confirmation {
	if (claim.kind === "refused") throw new Error(`refused: ${claim.reason.message}`);
	const { submission } = claim;
	const receipt: ReceiptFacts = {
		transactionHash: submission.transactionHash,
		blockNumber: submission.targetBlock,
		blockHash: keccak256(toUtf8Bytes(`block ${submission.targetBlock}`)),
		from: submission.wallet,
		status: kind === "reverted" ? "reverted" : "success",
		gasUsed: "240000",
		effectiveGasPriceWei: "2000000000",
		logs: [],
	};
	if (kind === "confirmed") return { kind, receipt, depth: 1, reorgs: 0 };
	if (kind === "reverted") {
		const reason: Reason = { step: "confirm", code: "profit_below_minimum", message: "profit 1 is below the minimum 2" };
		return { kind, receipt, depth: 1, reorgs: 0, reason };
	}
	const reason: Reason = { step: "confirm", code: kind === "cancelled" ? "cancelled" : "relay_dropped", message: "outbid" };
	return { kind: "dropped", reason, reorgs: 0, cancellation: kind === "cancelled" ? receipt : null };
}

/** The conclusion of a lifecycle that claimed, or of a rejected one where there is neither claim nor confirmation. */
export function conclusionOf(
	candidate: Candidate,
	of: { readonly claim: Claim | null; readonly confirmation: Confirmation | null; readonly rejection?: Reason },
): Conclusion {
	const { discover, price, detect, score, plan, workflowId } = recordOf(candidate);
	return {
		workflowId,
		runId: "5f0c2b7e-0000-4000-8000-000000000000",
		candidate,
		discover,
		price,
		detect,
		score,
		plan,
		submission: of.claim === null || of.claim.kind === "refused" ? null : of.claim.submission,
		confirmation: of.confirmation,
		rejection: of.rejection ?? null,
	};
}

/** Books a settled lifecycle: gross profit into the treasury, gas from the wallet, the rest to two accounts. */
export function settledDecision(of: { readonly gross: bigint; readonly gas: bigint }): DistributeDecision {
	const net = of.gross - of.gas;
	const shares = [
		{ account: addressOf("alice"), amount: (net / 4n).toString() },
		{ account: addressOf("bob"), amount: (net - net / 4n).toString() },
	];
	return {
		outcome: "settled",
		reason: null,
		postings: [
			debit("asset:treasury", WETH, of.gross),
			credit("income:gross-profit", WETH, of.gross),
			debit("expense:gas", NATIVE_ASSET, of.gas),
			credit("asset:wallet:1", NATIVE_ASSET, of.gas),
		],
		grossProfit: of.gross.toString(),
		flashLoanFee: "0",
		gasCostWei: of.gas.toString(),
		relayPaymentWei: "0",
		netProfitWei: net.toString(),
		accruals: shares,
	};
}

/** A decision that books gas alone, or nothing where `gas` is 0. */
export function endedDecision(of: {
	readonly outcome: "reverted" | "dropped" | "rejected" | "failed";
	readonly gas: bigint;
	readonly reason: Reason;
}): DistributeDecision {
	return {
		outcome: of.outcome,
		reason: of.reason,
		postings: of.gas === 0n ? [] : [debit("expense:gas", NATIVE_ASSET, of.gas), credit("asset:wallet:1", NATIVE_ASSET, of.gas)],
		grossProfit: "0",
		flashLoanFee: "0",
		gasCostWei: of.gas.toString(),
		relayPaymentWei: "0",
		netProfitWei: (-of.gas).toString(),
		accruals: [],
	};
}
