import { AbiCoder, Interface, type Transaction } from "ethers";
import { z } from "zod";
import { readArtifact } from "./artifacts.ts";
import { type Block, hexQuantity, quantity, type Rpc } from "./rpc.ts";

/** A transaction as `eth_simulateV1` takes it. */
export interface SimulatedCall {
	readonly from: string;
	readonly to: string | null;
	readonly nonce: number;
	readonly gasLimit: bigint;
	readonly maxFeePerGas: bigint;
	readonly maxPriorityFeePerGas: bigint;
	readonly value: bigint;
	readonly input: string;
}

export interface SimulatedResult {
	readonly isSuccess: boolean;
	/** Why it failed, decoded where an error of ours is known; null on success. */
	readonly failure: string | null;
	/** Contracts that emitted logs: those whose state it changed. */
	readonly touched: ReadonlySet<string>;
}

const resultSchema = z.array(
	z.object({
		calls: z.array(
			z.object({
				status: quantity,
				returnData: z.string().default("0x"),
				error: z.object({ message: z.string() }).nullish(),
				logs: z.array(z.object({ address: z.string() })).default([]),
			}),
		),
	}),
);

/**
 * Executes transactions one after the other on top of a block, as its child would, without mining anything (`eth_simulateV1`).
 *
 * @throws RpcError where one of them could not be in a block at all (nonce, balance)
 */
export async function simulateBlock(
	rpc: Rpc,
	on: { readonly parent: Block; readonly baseFeePerGas: bigint; readonly timestamp: number },
	calls: readonly SimulatedCall[],
): Promise<readonly SimulatedResult[]> {
	if (calls.length === 0) return [];
	const answer = await rpc.call(
		"eth_simulateV1",
		{
			blockStateCalls: [
				{
					blockOverrides: {
						number: hexQuantity(on.parent.number + 1),
						time: hexQuantity(on.timestamp),
						baseFeePerGas: hexQuantity(on.baseFeePerGas),
						gasLimit: hexQuantity(on.parent.gasLimit),
					},
					calls: calls.map((call) => ({
						from: call.from,
						...(call.to === null ? {} : { to: call.to }),
						nonce: hexQuantity(call.nonce),
						gas: hexQuantity(call.gasLimit),
						maxFeePerGas: hexQuantity(call.maxFeePerGas),
						maxPriorityFeePerGas: hexQuantity(call.maxPriorityFeePerGas),
						value: hexQuantity(call.value),
						input: call.input,
					})),
				},
			],
			validation: true,
		},
		hexQuantity(on.parent.number),
	);
	const results = resultSchema.parse(answer)[0]?.calls ?? [];
	return results.map((result) => {
		const isSuccess = result.status === 1n;
		return {
			isSuccess,
			failure: isSuccess ? null : (decodeRevert(result.returnData) ?? result.error?.message ?? "reverted without a reason"),
			touched: new Set(result.logs.map((log) => log.address.toLowerCase())),
		};
	});
}

let knownErrors: Interface | undefined;

/** The revert's reason: `Error(string)`, or an error of our executor with its values; null where it is neither. */
function decodeRevert(data: string): string | null {
	if (data.startsWith("0x08c379a0")) {
		return String(AbiCoder.defaultAbiCoder().decode(["string"], `0x${data.slice(10)}`)[0]);
	}
	knownErrors ??= new Interface(
		[...readArtifact("executor").abi.fragments, ...readArtifact("searcher").abi.fragments].filter((f) => f.type === "error"),
	);
	if (data.length < 10) return null;
	const error = knownErrors.parseError(data);
	return error === null ? null : `${error.name}(${error.args.map((value) => String(value)).join(", ")})`;
}

/** The simulated form of a signed transaction. */
export function simulatedCall(transaction: Transaction): SimulatedCall {
	const maxFeePerGas = transaction.maxFeePerGas ?? transaction.gasPrice ?? 0n;
	return {
		from: (transaction.from ?? "").toLowerCase(),
		to: transaction.to === null ? null : transaction.to.toLowerCase(),
		nonce: transaction.nonce,
		gasLimit: transaction.gasLimit,
		maxFeePerGas,
		maxPriorityFeePerGas: transaction.maxPriorityFeePerGas ?? maxFeePerGas,
		value: transaction.value,
		input: transaction.data,
	};
}
