import { bookEntry, lastBookedBlock } from "../db/ledger.ts";
import { closeEpoch, markPublished, publishedTotal } from "../db/rewards.ts";
import { credit, debit } from "../domain/ledger.ts";
import { buildRewardTree, encodeFund, encodePublish, readClaims } from "../execution/rewards.ts";
import type { ActorActivities } from "../workflows/messages.ts";
import { asFailure } from "./step.ts";
import { sendFromTreasury, type TreasuryDependencies } from "./treasury.ts";

const FUND_GAS = 100_000n;
const PUBLISH_GAS = 150_000n;

/** Ledger references of claims paid by the distributor: transaction hash and log index follow. */
export const CLAIM_PREFIX = "claim:";

/**
 * Closes the open epoch: books the claims seen since, fixes the leaves, funds the distributor with what accrued, publishes the root. Each part finds what an earlier
 * attempt has done.
 */
export function closeEpochActivity(deps: TreasuryDependencies): ActorActivities["closeEpoch"] {
	return async ({ chainId }) => {
		try {
			const { chain, db } = deps;
			await bookClaims(deps);
			const closed = await closeEpoch(db, chainId);
			if (closed === null) return null;
			const tree = buildRewardTree(closed.leaves);
			const token = chain.wrappedNative;
			const accrued = BigInt(closed.totalCumulative) - (await publishedTotal(db, chainId));
			if (accrued > 0n) {
				await sendFromTreasury(deps, {
					reference: `epoch:${chainId}:${closed.epoch}:fund`,
					to: token,
					data: encodeFund({ distributor: chain.rewardDistributor, amount: accrued }),
					value: 0n,
					gasLimit: FUND_GAS,
					postings: [debit("asset:distributor", token, accrued), credit("asset:treasury", token, accrued)],
				});
			}
			const receipt = await sendFromTreasury(deps, {
				reference: `epoch:${chainId}:${closed.epoch}:publish`,
				to: chain.rewardDistributor,
				data: encodePublish({ epoch: closed.epoch, root: tree.root, totalCumulative: BigInt(closed.totalCumulative) }),
				value: 0n,
				gasLimit: PUBLISH_GAS,
				postings: [],
			});
			await markPublished(db, { chainId, epoch: closed.epoch, root: tree.root, tree: tree.dump, transactionHash: receipt.transactionHash });
			deps.log.info({ chainId, epoch: closed.epoch, root: tree.root, transactionHash: receipt.transactionHash }, "epoch published");
			return {
				epoch: closed.epoch,
				root: tree.root,
				totalCumulative: closed.totalCumulative,
				transactionHash: receipt.transactionHash,
				accounts: closed.leaves.length,
			};
		} catch (error) {
			throw asFailure(error);
		}
	};
}

/** Books every claim that the distributor has paid, up to the depth at which money counts. */
export async function bookClaims(deps: Pick<TreasuryDependencies, "chain" | "client" | "db">): Promise<void> {
	const { chain, client, db } = deps;
	const head = await client.head();
	const claims = await readClaims(client.provider, {
		distributor: chain.rewardDistributor,
		// That block too: an attempt that ended between two claims of one block has booked one of them. Booking again changes nothing.
		fromBlock: await lastBookedBlock(db, { chainId: chain.chainId, referencePrefix: CLAIM_PREFIX }),
		toBlock: head.number - chain.policy.confirmationDepth,
	});
	for (const claim of claims) {
		await bookEntry(db, {
			chainId: chain.chainId,
			reference: `${CLAIM_PREFIX}${claim.transactionHash}:${claim.logIndex}`,
			transactionHash: claim.transactionHash,
			blockNumber: claim.blockNumber,
			postings: [
				debit(`liability:reward:${claim.account}`, chain.wrappedNative, claim.amount),
				credit("asset:distributor", chain.wrappedNative, claim.amount),
			],
		});
	}
}
