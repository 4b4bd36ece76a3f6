import { AbiCoder, id, Transaction } from "ethers";
import type { DataFee } from "../../config/chains/chain-facts.ts";
import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import { uintAt } from "../protocols/abi-word.ts";
import type { PriceBlock } from "./observation.ts";
import { tryCalls } from "./tried-calls.ts";

/** Predeploy of every OP-stack chain (specs.optimism.io, predeploys). */
export const GAS_PRICE_ORACLE = "0x420000000000000000000000000000000000000f";
/** Arbitrum's `NodeInterface`: no contract, the node answers calls to this address itself. */
export const NODE_INTERFACE = "0x00000000000000000000000000000000000000c8";

const GET_L1_FEE_UPPER_BOUND = id("getL1FeeUpperBound(uint256)").slice(0, 10);
const IS_ISTHMUS = id("isIsthmus()").slice(0, 10);
const GET_OPERATOR_FEE = id("getOperatorFee(uint256)").slice(0, 10);
const GAS_ESTIMATE_L1_COMPONENT = id("gasEstimateL1Component(address,bool,bytes)").slice(0, 10);

/** A transaction whose data is to be paid for. Its amounts and fees need not be known yet, only how long its calldata is. */
export interface PostedTransaction {
	readonly chainId: number;
	readonly to: string;
	readonly calldata: string;
	/** The operator fee of an OP-stack chain grows with it. */
	readonly gas: bigint;
}

/**
 * What a rollup charges for posting a transaction's data, in wei at one block, as its own contract says. On OP-stack chains the bound for a transaction of
 * this size (Fjord's `getL1FeeUpperBound`, which the compressed size exceeds in one transaction of ten thousand) and the operator fee since Isthmus. On
 * Arbitrum the gas that the poster's share is charged as, at the base fee: there it is inside the receipt's gas used, not beside it.
 *
 * @throws ArbError `chain` where the chain does not answer as a chain of its kind
 */
export async function readDataFee(
	client: Pick<ChainClient, "callAt">,
	of: { readonly kind: DataFee; readonly transaction: PostedTransaction; readonly block: PriceBlock },
): Promise<bigint> {
	switch (of.kind) {
		case "op-stack":
			return opStackFee(client, of.transaction, of.block);
		case "arbitrum":
			return arbitrumFee(client, of.transaction, of.block);
	}
}

async function opStackFee(client: Pick<ChainClient, "callAt">, transaction: PostedTransaction, block: PriceBlock): Promise<bigint> {
	const questions = [GET_L1_FEE_UPPER_BOUND + word(unsignedSize(transaction)), IS_ISTHMUS, GET_OPERATOR_FEE + word(transaction.gas)].map(
		(data) => ({ to: GAS_PRICE_ORACLE, data, words: 1 }),
	);
	const [l1Fee, isIsthmus, operatorFee] = await tryCalls(client, block.hash, questions);
	if (!l1Fee) throw unanswered(GAS_PRICE_ORACLE, "getL1FeeUpperBound", "the chain is no OP-stack chain, or older than Fjord");
	// Before Isthmus there is no operator fee, and the oracle has neither of the two functions.
	if (!isIsthmus || uintAt(isIsthmus, 0) === 0n) return uintAt(l1Fee, 0);
	if (!operatorFee) throw unanswered(GAS_PRICE_ORACLE, "getOperatorFee", "though it says that the chain has Isthmus");
	return uintAt(l1Fee, 0) + uintAt(operatorFee, 0);
}

async function arbitrumFee(client: Pick<ChainClient, "callAt">, transaction: PostedTransaction, block: PriceBlock): Promise<bigint> {
	const { to, calldata } = transaction;
	const data = GAS_ESTIMATE_L1_COMPONENT + AbiCoder.defaultAbiCoder().encode(["address", "bool", "bytes"], [to, false, calldata]).slice(2);
	const [answer] = await tryCalls(client, block.hash, [{ to: NODE_INTERFACE, data, words: 3 }]);
	if (!answer) throw unanswered(NODE_INTERFACE, "gasEstimateL1Component", "the node is no Arbitrum node");
	return uintAt(answer, 0) * uintAt(answer, 1);
}

/** Bytes of the unsigned EIP-1559 transaction with every number as long as it may become. */
function unsignedSize({ chainId, to, calldata }: PostedTransaction): number {
	const longest = { nonce: 2 ** 32 - 1, gasLimit: 2n ** 32n - 1n, maxFeePerGas: 2n ** 64n - 1n, maxPriorityFeePerGas: 2n ** 64n - 1n };
	const { unsignedSerialized } = Transaction.from({ type: 2, chainId, to, data: calldata, value: 0n, ...longest });
	return (unsignedSerialized.length - 2) / 2;
}

function word(value: bigint | number): string {
	return value.toString(16).padStart(64, "0");
}

function unanswered(address: string, method: string, why: string): ArbError {
	return new ArbError({
		code: "chain",
		message: `${address} does not answer ${method}: ${why}; correct dataFee in the chain file, or the node`,
		retryable: false,
	});
}
