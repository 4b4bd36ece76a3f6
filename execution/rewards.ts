import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { Interface } from "ethers";
import { z } from "zod";
import type { RewardLeaf } from "../db/rows.ts";
import type { Amount } from "../domain/amount.ts";
import { ArbError } from "../domain/errors.ts";
import { askNode, hexQuantity, type Node } from "./node.ts";

/** `dump` is JSON, as `@openzeppelin/merkle-tree` writes it: what {@link proofOf} reads. */
export interface RewardTree {
	readonly root: string;
	readonly dump: unknown;
}

/** What an account needs for its claim: the arguments of `RewardDistributor.claim`. */
export interface RewardProof {
	readonly index: number;
	readonly account: string;
	readonly cumulative: Amount;
	readonly proof: readonly string[];
}

/** A claim that the distributor has paid; `amount` in base units of the reward token. */
export interface PaidClaim {
	readonly transactionHash: string;
	readonly blockNumber: number;
	readonly logIndex: number;
	readonly account: string;
	readonly amount: bigint;
}

const LEAF_ENCODING = ["uint256", "address", "uint256"];

const CONTRACTS = new Interface([
	"function publish(uint256 epoch, bytes32 root, uint256 totalCumulative)",
	"function claim(uint256 index, address account, uint256 cumulativeAmount, bytes32[] proof)",
	"event Claimed(uint256 indexed epoch, uint256 index, address indexed account, uint256 amount, uint256 cumulativeAmount)",
	"function transfer(address to, uint256 amount) returns (bool)",
]);

const leafSchema = z.tuple([z.coerce.number().int(), z.string(), z.string()]);
const dumpSchema = z.object({
	format: z.literal("standard-v1"),
	leafEncoding: z.array(z.string()),
	tree: z.array(z.string()),
	values: z.array(z.object({ value: leafSchema, treeIndex: z.number().int() })),
});
const logSchema = z.object({
	transactionHash: z.string(),
	blockNumber: z.string().transform(Number),
	logIndex: z.string().transform(Number),
	topics: z.array(z.string()),
	data: z.string(),
});

/**
 * The Merkle tree over an epoch's leaves. The same leaves give the same root, in whatever order.
 *
 * @throws ArbError `ledger` where there is no leaf, or an account or an index comes twice: one of the two would never be paid.
 */
export function buildRewardTree(leaves: readonly RewardLeaf[]): RewardTree {
	for (const [name, values] of [
		["account", leaves.map(([, account]) => account.toLowerCase())],
		["index", leaves.map(([index]) => index)],
	] as const) {
		if (new Set<string | number>(values).size !== leaves.length) {
			throw new ArbError({ code: "ledger", message: `an ${name} comes twice among ${leaves.length} reward leaves`, retryable: false });
		}
	}
	if (leaves.length === 0) {
		throw new ArbError({
			code: "ledger",
			message: "an epoch without rewards has no root; close it when something has accrued",
			retryable: false,
		});
	}
	const tree = StandardMerkleTree.of(
		leaves.map(([index, account, cumulative]) => [index, account.toLowerCase(), cumulative]),
		LEAF_ENCODING,
	);
	return { root: tree.root, dump: tree.dump() };
}

/**
 * An account's leaf and proof in an epoch's dumped tree; null where the account has earned nothing up to that epoch.
 *
 * @throws ArbError `ledger` where the dump is none.
 */
export function proofOf(dump: unknown, account: string): RewardProof | null {
	const parsed = dumpSchema.safeParse(dump);
	if (!parsed.success) {
		throw new ArbError({ code: "ledger", message: `the stored reward tree is damaged: ${parsed.error.message}`, retryable: false });
	}
	const tree = StandardMerkleTree.load<z.output<typeof leafSchema>>(parsed.data);
	for (const [position, [index, owner, cumulative]] of tree.entries()) {
		if (owner.toLowerCase() === account.toLowerCase()) {
			return { index, account: owner.toLowerCase(), cumulative, proof: tree.getProof(position) };
		}
	}
	return null;
}

/** Calldata of `RewardDistributor.publish`; amounts in base units of the reward token. */
export function encodePublish(of: { readonly epoch: number; readonly root: string; readonly totalCumulative: bigint }): string {
	return CONTRACTS.encodeFunctionData("publish", [of.epoch, of.root, of.totalCumulative]);
}

/** Calldata of the reward token's `transfer` to the distributor. */
export function encodeFund(of: { readonly distributor: string; readonly amount: bigint }): string {
	return CONTRACTS.encodeFunctionData("transfer", [of.distributor, of.amount]);
}

/** Calldata of `RewardDistributor.claim`. */
export function encodeClaim(of: RewardProof): string {
	return CONTRACTS.encodeFunctionData("claim", [of.index, of.account, of.cumulative, of.proof]);
}

/**
 * Claims that the distributor has paid in a range of canonical blocks, both ends included, in the chain's order; none where the range is empty.
 *
 * @throws ArbError of `askNode`.
 */
export async function readClaims(
	provider: Node,
	of: { readonly distributor: string; readonly fromBlock: number; readonly toBlock: number },
): Promise<readonly PaidClaim[]> {
	if (of.toBlock < of.fromBlock) return [];
	const filter = {
		address: of.distributor,
		topics: [CONTRACTS.getEvent("Claimed")?.topicHash],
		fromBlock: hexQuantity(of.fromBlock),
		toBlock: hexQuantity(of.toBlock),
	};
	const logs = z.array(logSchema).parse(await askNode(provider, "eth_getLogs", [filter]));
	return logs.map(({ topics, data, ...place }) => {
		const { account, amount } = CONTRACTS.decodeEventLog("Claimed", data, topics);
		return { ...place, account: String(account).toLowerCase(), amount };
	});
}
