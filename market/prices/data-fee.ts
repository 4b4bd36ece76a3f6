import { AbiCoder, id, Transaction } from "ethers";
import type { DataFee } from "../../config/chains/chain-facts.ts";
import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import { uintAt } from "../protocols/abi-word.ts";
import { tryCalls } from "../tried-calls.ts";
import type { PriceBlock } from "./observation.ts";

/** Predeploy of every OP-stack chain (specs.optimism.io, predeploys). */
export const GAS_PRICE_ORACLE = "0x420000000000000000000000000000000000000f";
/** Arbitrum's `NodeInterface`: no contract, the node answers calls to this address itself. */
export const NODE_INTERFACE = "0x00000000000000000000000000000000000000c8";

const GET_L1_FEE = id("getL1Fee(bytes)").slice(0, 10);
const IS_ISTHMUS = id("isIsthmus()").slice(0, 10);
const GET_OPERATOR_FEE = id("getOperatorFee(uint256)").slice(0, 10);
const GAS_ESTIMATE_L1_COMPONENT = id("gasEstimateL1Component(address,bool,bytes)").slice(0, 10);

/** A transaction whose data is to be paid for. What is not known of it yet stands in it as bytes that do not compress. */
export interface PostedTransaction {
	readonly chainId: number;
	readonly to: string;
	readonly calldata: string;
	/** The operator fee of an OP-stack chain grows with it. */
	readonly gas: bigint;
}

/**
 * What a rollup charges for posting a transaction's data, in wei at one block, as its own contract says. On OP-stack chains `getL1Fee` of
 * the unsigned transaction, which since Fjord compresses it (the bound by its size alone, `getL1FeeUpperBound`, is more than twice as much for calldata
 * that is half zeros), and the operator fee since Isthmus. On Arbitrum the gas that the poster's share is charged as, at the base fee: there it is inside the receipt's gas used, not beside it.
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
	const questions = [
		GET_L1_FEE +
			AbiCoder.defaultAbiCoder()
				.encode(["bytes"], [unsigned(transaction)])
				.slice(2),
		IS_ISTHMUS,
		GET_OPERATOR_FEE + transaction.gas.toString(16).padStart(64, "0"),
	].map((data) => ({ to: GAS_PRICE_ORACLE, data, words: 1 }));
	const [l1Fee, isIsthmus, operatorFee] = await tryCalls(client, block.hash, questions);
	if (!l1Fee) throw unanswered(GAS_PRICE_ORACLE, "getL1Fee", "the chain is no OP-stack chain");
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

/** The unsigned EIP-1559 transaction, its numbers as long as they may become and without repetitions, like those they stand for. */
function unsigned({ chainId, to, calldata }: PostedTransaction): string {
	const numbers = {
		nonce: 0xc2b2ae35,
		gasLimit: 0x85ebca6bn,
		maxFeePerGas: 0xd6e8feb86659fd93n,
		maxPriorityFeePerGas: 0x9e3779b97f4a7c15n,
	};
	return Transaction.from({ type: 2, chainId, to, data: calldata, value: 0n, ...numbers }).unsignedSerialized;
}

function unanswered(address: string, method: string, why: string): ArbError {
	return new ArbError({
		code: "chain",
		message: `${address} does not answer ${method}: ${why}; correct dataFee in the chain file, or the node`,
		retryable: false,
	});
}
