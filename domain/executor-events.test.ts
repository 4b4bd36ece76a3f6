import { readFileSync } from "node:fs";
import { AbiCoder, concat, Interface, type InterfaceAbi, id, zeroPadValue } from "ethers";
import { describe, expect, it } from "vitest";
import { decodeRevert, planIdOf, readExecuted, transfersTo } from "./executor-events.ts";
import type { ReceiptLog } from "./lifecycle.ts";

const EXECUTOR = `0x${"e".repeat(40)}`;
const TOKEN = `0x${"a".repeat(40)}`;
const TREASURY = `0x${"b".repeat(40)}`;
const PLAN = planIdOf("arb-31337-7-deadbeef-0123456789abcdef");
const { abi } = JSON.parse(readFileSync(new URL("../contracts/artifacts/ArbitrageExecutor.json", import.meta.url), "utf8")) as {
	readonly abi: InterfaceAbi;
};
const contract = new Interface(abi);

function executedLog(address = EXECUTOR): ReceiptLog {
	return { address, ...contract.encodeEventLog("Executed", [PLAN, TOKEN, 1000n, 30n, 2n, 28n]) };
}

function transferLog(of: { to: string; value: bigint; token?: string }): ReceiptLog {
	return {
		address: of.token ?? TOKEN,
		topics: [id("Transfer(address,address,uint256)"), zeroPadValue(EXECUTOR, 32), zeroPadValue(of.to, 32)],
		data: AbiCoder.defaultAbiCoder().encode(["uint256"], [of.value]),
	};
}

function errorString(text: string): string {
	return concat(["0x08c379a0", AbiCoder.defaultAbiCoder().encode(["string"], [text])]);
}

describe("readExecuted", () => {
	it("reads the event as the contract's ABI writes it, whatever the address's case", () => {
		expect(
			readExecuted([transferLog({ to: TREASURY, value: 1n }), executedLog(EXECUTOR.toUpperCase().replace("0X", "0x"))], EXECUTOR),
		).toEqual({
			planId: PLAN,
			token: TOKEN,
			amountIn: 1000n,
			grossProfit: 30n,
			flashLoanFee: 2n,
			profit: 28n,
		});
	});

	it("believes no other contract's event", () => {
		expect(readExecuted([executedLog(TREASURY)], EXECUTOR)).toBeNull();
	});

	it("refuses a receipt with two of them", () => {
		expect(() => readExecuted([executedLog(), executedLog()], EXECUTOR)).toThrow(/2 Executed events/);
	});
});

describe("transfersTo", () => {
	it("adds up what one account received of one token", () => {
		const logs = [
			transferLog({ to: TREASURY, value: 5n }),
			transferLog({ to: TREASURY, value: 7n }),
			transferLog({ to: EXECUTOR, value: 100n }),
			transferLog({ to: TREASURY, value: 1000n, token: EXECUTOR }),
		];
		expect(transfersTo(logs, { token: TOKEN, account: TREASURY.toUpperCase().replace("0X", "0x") })).toBe(12n);
	});
});

describe("decodeRevert", () => {
	it("knows every error that the executor's ABI declares", () => {
		const values: Readonly<Record<string, unknown>> = { address: EXECUTOR, bytes4: "0x12345678" };
		contract.forEachError((fragment) => {
			const data = contract.encodeErrorResult(
				fragment,
				fragment.inputs.map((input) => values[input.type] ?? 1n),
			);
			// Those of ownership guard the settings; `execute` never reverts with them.
			if (!fragment.name.startsWith("Ownable")) expect(decodeRevert(data).message).toMatch(new RegExp(`^${fragment.name}\\(`));
		});
	});

	it.each([
		[
			"a loss",
			contract.encodeErrorResult("ProfitBelowMinimum", [-5n, 10n]),
			"profit_below_minimum",
			"ProfitBelowMinimum(profit -5, minProfit 10)",
		],
		["a late block", contract.encodeErrorResult("PastDeadline", [7n, 8n]), "past_deadline", "PastDeadline(deadlineBlock 7, blockNumber 8)"],
		["a V2 pair's reason", errorString("UniswapV2: K"), "swap_failed", "UniswapV2: K"],
		["a V3 pool's reason", errorString("IIA"), "swap_failed", "Uniswap V3: IIA, the pool did not receive its input"],
		["the lender's reason", errorString("BAL#528"), "reverted", "Balancer V2: BAL#528, the vault holds less than the loan"],
		["another lender's", errorString("91"), "reverted", "Aave V3: 91, the reserve is closed to flash loans"],
		["a vault's swap", errorString("BAL#304"), "swap_failed", "Balancer V2: BAL#304"],
		["another text", errorString("no"), "reverted", "reverted: no"],
		["a panic", `0x4e487b71${"0".repeat(62)}11`, "reverted", "panic 0x11: a check of the compiler failed"],
		["nothing", "0x", "reverted", "reverted without a reason: out of gas, or a call to an address without that function"],
		["a stranger's error", "0xdeadbeef", "reverted", "reverted with unknown data 0xdeadbeef"],
		["a known error cut short", "0x08c379a0", "reverted", "reverted with unknown data 0x08c379a0"],
	])("reads %s", (_, data, code, message) => {
		expect(decodeRevert(data)).toEqual({ code, message });
	});
});
