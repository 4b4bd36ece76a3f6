import { Transaction } from "ethers";
import { z } from "zod";
import type { BlockRef } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import { decodeRevert } from "../domain/executor-events.ts";
import type { Simulation } from "../domain/lifecycle.ts";
import { decodeProfit } from "./executor.ts";
import { askNode, hexQuantity, isMethodMissing, type Node } from "./node.ts";

const simulatedCall = z.object({
	status: z.enum(["0x0", "0x1"]),
	gasUsed: z.string(),
	returnData: z.string(),
	error: z.object({ message: z.string(), data: z.string().optional() }).optional(),
});
const simulatedBlocks = z.tuple([z.object({ calls: z.array(simulatedCall).min(1).max(2) })]);

const headSchema = z.object({ number: z.string().transform(Number), hash: z.string(), timestamp: z.string().transform(Number) }).nullable();

type SimulatedCall = Readonly<Record<string, string>>;

/** A block to execute after: its number and hash, and its timestamp in seconds. */
type Parent = Pick<BlockRef, "number" | "hash" | "timestamp">;

/**
 * Executes the calldata in a block after a given one, without sending anything. One `eth_simulateV1`, so that profit and gas are of the same
 * execution. The block is a new one, a second later: a deadline is judged as it will be, and a pair that was swapped in the block before writes
 * its price accumulators (UniswapV2Pair._update), which costs 5,000 gas each.
 *
 * `gasUsed` is what a receipt would say: after refunds, which give back up to a fifth of the gas (EIP-3529), so a gas limit must be at least a
 * quarter above it. `blockNumber` is that of the given block.
 *
 * @param of.behind signed bytes of a transaction that is executed before, in the same block; the result is a failure where that one fails
 * @param of.after the latest block where absent, which costs one more question
 * @param of.gasLimit the node's own bound where absent
 * @throws ArbError of {@link askNode}; `dependency_missing` where the node does not simulate; `configuration` where the executor has no code. An
 * execution that reverts is a result, no error.
 */
export async function simulateExecution(
	provider: Node,
	of: {
		readonly from: string;
		readonly executor: string;
		readonly calldata: string;
		readonly gasLimit?: bigint;
		readonly behind?: string | undefined;
		readonly after?: Parent;
	},
): Promise<Simulation> {
	const parent = of.after ?? (await readHead(provider));
	const call = {
		from: of.from,
		to: of.executor,
		input: of.calldata,
		...(of.gasLimit === undefined ? {} : { gas: hexQuantity(of.gasLimit) }),
	};
	const calls = of.behind === undefined ? [call] : [callOf(of.behind), call];
	const [block] = simulatedBlocks.parse(await simulate(provider, calls, parent));
	const { status, gasUsed, returnData, error } = block.calls.at(-1) ?? unanswered(calls.length);
	const base = { gasUsed: BigInt(gasUsed).toString(), blockNumber: parent.number };
	if (block.calls.length > 1 && block.calls[0]?.status === "0x0") {
		return { ...base, ok: false, profit: "0", revertReason: "the transaction that is followed fails" };
	}
	if (status === "0x0") {
		const data = returnData === "0x" ? (error?.data ?? "0x") : returnData;
		const reason = data === "0x" && error !== undefined ? error.message : decodeRevert(data).message;
		return { ...base, ok: false, profit: "0", revertReason: reason };
	}
	// An address without code answers every call with success and nothing.
	if (returnData === "0x") {
		throw new ArbError({
			code: "configuration",
			message: `executor ${of.executor} has no code on this chain at block ${parent.number}; correct the chain file's executor`,
			retryable: false,
		});
	}
	return { ...base, ok: true, profit: decodeProfit(returnData).toString(), revertReason: null };
}

async function readHead(provider: Node): Promise<Parent> {
	const head = headSchema.parse(await askNode(provider, "eth_getBlockByNumber", ["latest", false]));
	if (head === null) {
		throw new ArbError({ code: "unavailable", message: "the node has no latest block yet; wait until it has one", retryable: true });
	}
	return head;
}

/** A signed transaction as a call. */
function callOf(rawTransaction: string): SimulatedCall {
	const { from, to, data, value, gasLimit } = Transaction.from(rawTransaction);
	return {
		...{ input: data, value: hexQuantity(value), gas: hexQuantity(gasLimit) },
		...(from === null ? {} : { from }),
		...(to === null ? {} : { to }),
	};
}

function unanswered(asked: number): never {
	throw new ArbError({ code: "chain", message: `eth_simulateV1: no result for ${asked} calls; use another node`, retryable: false });
}

async function simulate(provider: Node, calls: readonly SimulatedCall[], parent: Parent): Promise<unknown> {
	const blockOverrides = { number: hexQuantity(parent.number + 1), time: hexQuantity(parent.timestamp + 1) };
	try {
		return await askNode(provider, "eth_simulateV1", [{ blockStateCalls: [{ blockOverrides, calls }] }, { blockHash: parent.hash }]);
	} catch (error) {
		if (!isMethodMissing(error)) throw error;
		throw new ArbError({
			code: "dependency_missing",
			message: "the node has no eth_simulateV1; use a node that does (geth 1.14.9, reth 1.1, anvil 1.0 and their successors)",
			retryable: false,
			cause: error,
		});
	}
}
