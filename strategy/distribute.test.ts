import { AbiCoder, Interface, id, zeroPadValue } from "ethers";
import { describe, expect, it } from "vitest";
import { assertBalanced } from "../domain/ledger.ts";
import type { Conclusion, ReceiptLog } from "../domain/lifecycle.ts";
import { candidate, detected, discovered, planned, priced, receipt, scored, submission } from "../tests/fixtures/lifecycle.ts";
import { decideDistribute } from "./distribute.ts";

const EXECUTOR = `0x${"ee".repeat(20)}`;
const TREASURY = `0x${"7e".repeat(20)}`;
const WETH = candidate.startToken;
const SHARES = [
	{ account: `0x${"01".repeat(20)}`, shareBps: 5_000 },
	{ account: `0x${"02".repeat(20)}`, shareBps: 3_333 },
	{ account: `0x${"03".repeat(20)}`, shareBps: 1_667 },
];
const facts = { executor: EXECUTOR, treasury: TREASURY, shares: SHARES };
const executor = new Interface([
	"event Executed(bytes32 indexed planId, address indexed token, uint256 amountIn, uint256 grossProfit, uint256 flashLoanFee, uint256 profit)",
]);

function logs(of: { readonly gross: bigint; readonly fee: bigint; readonly received: bigint }): readonly ReceiptLog[] {
	const event = executor.encodeEventLog("Executed", [id("w"), WETH, 5n * 10n ** 18n, of.gross, of.fee, of.gross - of.fee]);
	return [
		{
			address: WETH,
			topics: [id("Transfer(address,address,uint256)"), zeroPadValue(EXECUTOR, 32), zeroPadValue(TREASURY, 32)],
			data: AbiCoder.defaultAbiCoder().encode(["uint256"], [of.received]),
		},
		{ address: EXECUTOR, topics: event.topics, data: event.data },
	];
}

const conclusion: Conclusion = {
	workflowId: "w",
	runId: "r",
	candidate,
	discover: discovered,
	price: priced,
	detect: detected,
	score: scored,
	plan: planned,
	submission,
	confirmation: null,
	rejection: null,
};

describe("distribute", () => {
	it("books what the receipt's logs say, with gas and accruals, balanced per asset", () => {
		const gross = 80_000_000_000_000_001n;
		const fee = 7n;
		const settled = decideDistribute(
			{
				...conclusion,
				confirmation: {
					kind: "confirmed",
					depth: 1,
					reorgs: 0,
					receipt: { ...receipt, logs: logs({ gross, fee, received: gross - fee }) },
				},
			},
			facts,
		);
		const gas = 300_000n * 2_000_000_000n;
		assertBalanced(settled.postings);
		expect(settled).toMatchObject({
			outcome: "settled",
			grossProfit: gross.toString(),
			flashLoanFee: "7",
			gasCostWei: gas.toString(),
			netProfitWei: (gross - fee - gas).toString(),
		});
		const accrued = settled.accruals.reduce((sum, accrual) => sum + BigInt(accrual.amount), 0n);
		expect(accrued).toBe(gross - fee - gas);
	});

	it("accrues nothing from a success that the gas made a loss", () => {
		const settled = decideDistribute(
			{
				...conclusion,
				confirmation: { kind: "confirmed", depth: 1, reorgs: 0, receipt: { ...receipt, logs: logs({ gross: 5n, fee: 0n, received: 5n }) } },
			},
			facts,
		);
		assertBalanced(settled.postings);
		expect(settled.accruals).toEqual([]);
		expect(BigInt(settled.netProfitWei)).toBeLessThan(0n);
	});

	it("books nothing where the event and the token's own transfers disagree", () => {
		const confirmation = {
			kind: "confirmed",
			depth: 1,
			reorgs: 0,
			receipt: { ...receipt, logs: logs({ gross: 10n, fee: 0n, received: 9n }) },
		} as const;
		expect(() => decideDistribute({ ...conclusion, confirmation }, facts)).toThrow(/the treasury received 9/);
		expect(() => decideDistribute({ ...conclusion, confirmation: { ...confirmation, receipt } }, facts)).toThrow(
			/without an Executed event/,
		);
	});

	it("books the gas of a revert, and the gas of a cancellation", () => {
		const reason = { step: "confirm", code: "profit_below_minimum", message: "someone was faster" } as const;
		const reverted = decideDistribute({ ...conclusion, confirmation: { kind: "reverted", depth: 1, reorgs: 0, receipt, reason } }, facts);
		const cancelled = decideDistribute(
			{ ...conclusion, confirmation: { kind: "dropped", reorgs: 0, reason, cancellation: receipt } },
			facts,
		);
		for (const decision of [reverted, cancelled]) {
			assertBalanced(decision.postings);
			expect(decision).toMatchObject({ gasCostWei: "600000000000000", netProfitWei: "-600000000000000", accruals: [] });
		}
		expect([reverted.outcome, cancelled.outcome]).toEqual(["reverted", "dropped"]);
	});

	it("has nothing to book for a dropped bundle, a rejection, a failure and a recorded plan", () => {
		const reason = { step: "confirm", code: "relay_dropped", message: "outbid" } as const;
		const ends = [
			decideDistribute({ ...conclusion, confirmation: { kind: "dropped", reorgs: 0, reason, cancellation: null } }, facts),
			decideDistribute({ ...conclusion, rejection: { step: "plan", code: "halted", message: "stop" } }, facts),
			decideDistribute({ ...conclusion, rejection: { step: "plan", code: "step_failed", message: "broken" } }, facts),
			decideDistribute(conclusion, facts),
		];
		expect(ends.map((end) => end.outcome)).toEqual(["dropped", "rejected", "failed", "recorded"]);
		expect(ends.every((end) => end.postings.length === 0 && end.netProfitWei === "0")).toBe(true);
	});
});
