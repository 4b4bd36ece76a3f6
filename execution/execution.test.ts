import { JsonRpcProvider } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { planIdOf, readExecuted, transfersTo } from "../domain/executor-events.ts";
import { encodeExecute } from "./executor.ts";
import { readReceipt, revertReason } from "./receipts.ts";
import { publicRelay } from "./relay.ts";
import { simulateExecution } from "./simulation.ts";
import { CHAIN_ID, KEYS, NOBODY, startTestChain, type TestChain } from "./testing/chain.ts";
import { type SignedTransaction, Wallets } from "./wallets.ts";

const ETHER = 10n ** 18n;
const PLAN_ID = planIdOf("arb-31337-1-00000000-0000000000000000");

describe("an execution on the published bytecode of Balancer V2 and Uniswap V2", () => {
	let chain: TestChain;
	const wallets = Wallets.fromKeys(KEYS);
	const operator = wallets.addresses[0] ?? "";

	beforeAll(async () => {
		chain = await startTestChain();
	});
	afterAll(async () => {
		await chain?.[Symbol.asyncDispose]();
	});

	// Each execution narrows the gap that the next one would live from.
	let unused: unknown;
	beforeEach(async () => {
		unused = await chain.provider.send("evm_snapshot", []);
	});
	afterEach(async () => {
		await chain.provider.send("evm_revert", [unused]);
	});

	function calldata(of: { amountIn?: bigint; minProfit?: bigint; deadlineBlock?: number; hops?: TestChain["cycle"] } = {}): string {
		return encodeExecute({
			planId: PLAN_ID,
			lender: chain.vault,
			startToken: chain.base,
			amountIn: of.amountIn ?? 10n * ETHER,
			minProfit: of.minProfit ?? 1n,
			deadlineBlock: of.deadlineBlock ?? 1_000_000,
			hops: of.hops ?? chain.cycle,
		});
	}

	async function signed(data: string, gasLimit = 1_000_000n): Promise<SignedTransaction> {
		return wallets.sign(operator, {
			chainId: CHAIN_ID,
			nonce: await chain.provider.getTransactionCount(operator),
			to: chain.executor,
			data,
			value: 0n,
			gasLimit,
			maxFeePerGas: 10_000_000_000n,
			maxPriorityFeePerGas: 1_000_000_000n,
		});
	}

	/** Mined in a later second than whatever came before, as on a real chain. */
	async function included(data: string, gasLimit?: bigint) {
		await chain.provider.send("evm_increaseTime", [1]);
		const transaction = await signed(data, gasLimit);
		await publicRelay(chain.url).send({ ...transaction, targetBlock: 1, deadlineBlock: 1_000_000 });
		// The node answers the sender first and mines then.
		return await vi.waitFor(
			async () => {
				const receipt = await readReceipt(chain.provider, transaction.transactionHash);
				if (receipt === null) throw new Error(`${transaction.transactionHash} is not mined yet`);
				return receipt;
			},
			{ timeout: 30_000, interval: 20 },
		);
	}

	it("earns what the simulation said, uses the gas that it said, and books to the wei", async () => {
		const data = calldata();
		const simulation = await simulateExecution(chain.provider, { from: operator, executor: chain.executor, calldata: data });
		expect(simulation).toMatchObject({ ok: true, revertReason: null });

		const receipt = await included(data);
		expect(receipt).toMatchObject({ status: "success", from: operator, gasUsed: simulation.gasUsed });
		const executed = readExecuted(receipt.logs, chain.executor);
		expect(executed).toEqual({
			planId: PLAN_ID,
			token: chain.base,
			amountIn: 10n * ETHER,
			grossProfit: BigInt(simulation.profit),
			flashLoanFee: 0n,
			profit: BigInt(simulation.profit),
		});
		expect(transfersTo(receipt.logs, { token: chain.base, account: chain.treasuryAddress })).toBe(executed?.profit);
	});

	it.each([
		["a loss", () => calldata({ amountIn: 400n * ETHER }), "profit_below_minimum", /^ProfitBelowMinimum\(profit -\d+, minProfit 1\)$/],
		["too small a profit", () => calldata({ minProfit: ETHER * 1000n }), "profit_below_minimum", /^ProfitBelowMinimum\(profit \d+, /],
		["a block after the deadline", () => calldata({ deadlineBlock: 1 }), "past_deadline", /^PastDeadline\(deadlineBlock 1, /],
		["a loan larger than the vault", () => calldata({ amountIn: 501n * ETHER }), "reverted", /^Balancer V2: BAL#528/],
		[
			"a fee lower than the pair's",
			() => calldata({ hops: chain.cycle.map((hop) => ({ ...hop, feePips: 2000 })) }),
			"swap_failed",
			/^UniswapV2: K$/,
		],
	])("says the same reason for %s before and after inclusion", async (_, data, code, message) => {
		const simulation = await simulateExecution(chain.provider, { from: operator, executor: chain.executor, calldata: data() });
		expect(simulation).toMatchObject({ ok: false, profit: "0" });
		expect(simulation.revertReason).toMatch(message);

		const receipt = await included(data());
		expect(receipt.status).toBe("reverted");
		const reason = await revertReason(chain.provider, receipt);
		expect(reason).toMatchObject({ code });
		expect(reason.message).toMatch(message);
	});

	it("says that gas ran out where it did", async () => {
		const simulation = await simulateExecution(chain.provider, {
			from: operator,
			executor: chain.executor,
			calldata: calldata(),
			gasLimit: 60_000n,
		});
		expect(simulation.ok).toBe(false);
		const receipt = await included(calldata(), 60_000n);
		expect(receipt.status).toBe("reverted");
		expect((await revertReason(chain.provider, receipt)).message).toMatch(/gas/i);
	});

	it("finds the reason without traces, and says where it looked", async () => {
		const untraced = {
			send: (method: string, params: unknown[] | Record<string, unknown>) =>
				chain.provider.send(method === "debug_traceTransaction" ? "debug_notThere" : method, params),
		};
		const receipt = await included(calldata({ deadlineBlock: 1 }));
		const reason = await revertReason(untraced, receipt);
		expect(reason).toMatchObject({ code: "past_deadline" });
		expect(reason.message).toContain(`executed again on block ${receipt.blockNumber - 1}`);
	});

	it("says that an earlier transaction changed the outcome, where the state before the block does not show it", async () => {
		const untraced = {
			send: (method: string, params: unknown[] | Record<string, unknown>) =>
				chain.provider.send(method === "debug_traceTransaction" ? "debug_notThere" : method, params),
		};
		await chain.provider.send("evm_setAutomine", [false]);
		const simulation = await simulateExecution(chain.provider, { from: operator, executor: chain.executor, calldata: calldata() });
		expect(simulation.ok).toBe(true);
		// The second operator's plan takes what the first one's lived from: the higher tip is mined first.
		const [, rival = ""] = wallets.addresses;
		const taking = wallets.sign(rival, {
			chainId: CHAIN_ID,
			nonce: await chain.provider.getTransactionCount(rival),
			to: chain.executor,
			data: calldata({ amountIn: 10n * ETHER }),
			value: 0n,
			gasLimit: 1_000_000n,
			maxFeePerGas: 20_000_000_000n,
			maxPriorityFeePerGas: 5_000_000_000n,
		});
		const late = await signed(calldata({ minProfit: BigInt(simulation.profit) }));
		const relay = publicRelay(chain.url);
		for (const transaction of [late, taking]) await relay.send({ ...transaction, targetBlock: 1, deadlineBlock: 1_000_000 });
		await chain.provider.send("evm_mine", []);
		await chain.provider.send("evm_setAutomine", [true]);

		const receipt = await readReceipt(chain.provider, late.transactionHash);
		if (receipt === null) throw new Error("both were mined");
		expect(receipt.status).toBe("reverted");
		expect(await revertReason(chain.provider, receipt)).toMatchObject({ code: "profit_below_minimum" });
		expect((await revertReason(untraced, receipt)).message).toContain("changed the outcome");
	});

	it("simulates after the block that is asked for", async () => {
		const latest = await chain.provider.getBlock("latest");
		if (latest === null) throw new Error("anvil has a block");
		const before = { number: latest.number, hash: latest.hash ?? "", timestamp: latest.timestamp };
		const of = { from: operator, executor: chain.executor, calldata: calldata({ amountIn: ETHER }) };
		const then = await simulateExecution(chain.provider, { ...of, after: before });
		await included(calldata({ amountIn: ETHER }));
		expect(await simulateExecution(chain.provider, { ...of, after: before })).toEqual({ ...then, blockNumber: before.number });
		const now = await simulateExecution(chain.provider, of);
		expect(now.blockNumber).toBe(before.number + 1);
		expect(BigInt(now.profit)).toBeLessThan(BigInt(then.profit));
	});

	it("counts the gas of a block after the one in which the pools were swapped", async () => {
		await included(calldata({ amountIn: ETHER }));
		const simulation = await simulateExecution(chain.provider, {
			from: operator,
			executor: chain.executor,
			calldata: calldata({ amountIn: ETHER }),
		});
		expect((await included(calldata({ amountIn: ETHER }))).gasUsed).toBe(simulation.gasUsed);
	});

	it("judges the deadline by the next block", async () => {
		const head = await chain.provider.getBlockNumber();
		const of = { from: operator, executor: chain.executor };
		expect(await simulateExecution(chain.provider, { ...of, calldata: calldata({ deadlineBlock: head + 1 }) })).toMatchObject({ ok: true });
		expect(await simulateExecution(chain.provider, { ...of, calldata: calldata({ deadlineBlock: head }) })).toMatchObject({
			ok: false,
			revertReason: `PastDeadline(deadlineBlock ${head}, blockNumber ${head + 1})`,
		});
	});

	it("needs a gas limit of at most five quarters of the gas that it reports", async () => {
		const data = calldata({ amountIn: ETHER });
		const { gasUsed } = await simulateExecution(chain.provider, { from: operator, executor: chain.executor, calldata: data });
		expect((await included(data, (BigInt(gasUsed) * 5n) / 4n + 1n)).status).toBe("success");
	});

	it("refuses strangers", async () => {
		const simulation = await simulateExecution(chain.provider, { from: NOBODY, executor: chain.executor, calldata: calldata() });
		expect(simulation.revertReason).toMatch(/^NotOperator/);
	});

	it("takes an executor without code for a wrong setting", async () => {
		await expect(simulateExecution(chain.provider, { from: operator, executor: NOBODY, calldata: calldata() })).rejects.toMatchObject({
			code: "configuration",
		});
	});

	it("has no receipt for a transaction that it has never seen", async () => {
		expect(await readReceipt(chain.provider, PLAN_ID)).toBeNull();
	});

	it("calls a node that does not answer unavailable, and worth another try", async () => {
		// Nothing listens on port 1.
		const gone = new JsonRpcProvider("http://127.0.0.1:1", CHAIN_ID, { staticNetwork: true });
		await expect(readReceipt(gone, PLAN_ID)).rejects.toMatchObject({ code: "unavailable", retryable: true });
		gone.destroy();
	});
});
