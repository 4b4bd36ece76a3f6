import { and, asc, eq } from "drizzle-orm";
import type { Amount } from "../domain/amount.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Database, Session } from "./connection.ts";
import { samples } from "./schema.ts";

/** A labelled row for training: what was known before a submission, and how it ended. */
export interface Sample {
	readonly workflowId: string;
	readonly chainId: number;
	readonly blockNumber: number;
	readonly featureVersion: number;
	readonly features: Readonly<Record<string, number>>;
	readonly outcome: Outcome;
	readonly netProfitWei: Amount;
}

/** Stores a sample inside the caller's transaction. */
export async function storeSample(tx: Session, sample: Sample): Promise<void> {
	await tx.insert(samples).values(sample);
}

/** A chain's samples of one feature version in the order of their blocks, which training splits by. */
export async function readSamples(
	db: Database,
	of: { readonly chainId: number; readonly featureVersion: number },
): Promise<readonly Sample[]> {
	return await db.drizzle
		.select({
			workflowId: samples.workflowId,
			chainId: samples.chainId,
			blockNumber: samples.blockNumber,
			featureVersion: samples.featureVersion,
			features: samples.features,
			outcome: samples.outcome,
			netProfitWei: samples.netProfitWei,
		})
		.from(samples)
		.where(and(eq(samples.chainId, of.chainId), eq(samples.featureVersion, of.featureVersion)))
		.orderBy(asc(samples.blockNumber), asc(samples.workflowId));
}
