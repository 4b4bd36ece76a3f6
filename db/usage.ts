import { and, desc, eq, gte, sql } from "drizzle-orm";
import type { RecentOutcomes, Usage } from "../domain/lifecycle.ts";
import type { Database, Session } from "./connection.ts";
import { hasLost, opportunities, submissions, wasSubmitted } from "./schema.ts";

/**
 * What has been used of a chain's limits. Losses of the running UTC day are added up without setting profits against them: a limit on loss
 * must stop a chain that wins and loses as well. Submissions count from the database's clock.
 */
export async function usage(db: Database, chainId: number): Promise<Usage> {
	return await usageIn(db.drizzle, chainId);
}

/** {@link usage} inside a transaction. */
export async function usageIn(session: Session, chainId: number): Promise<Usage> {
	const lost = session
		.select({ value: sql`coalesce(-sum(${opportunities.netProfit}), 0)`.mapWith(opportunities.netProfit).as("lost") })
		.from(opportunities)
		.where(
			and(
				eq(opportunities.chainId, chainId),
				gte(opportunities.concludedAt, sql`date_trunc('day', now() at time zone 'utc') at time zone 'utc'`),
				hasLost(opportunities),
			),
		)
		.as("losses");
	const recent = session
		.select({ value: sql`count(*)`.mapWith(Number).as("recent") })
		.from(submissions)
		.where(and(eq(submissions.chainId, chainId), gte(submissions.claimedAt, sql`now() - interval '1 minute'`)))
		.as("recent_submissions");
	const [row] = await session.select({ lossWeiToday: lost.value, submissionsLastMinute: recent.value }).from(lost).crossJoin(recent);
	return { lossWeiToday: row?.lossWeiToday ?? "0", submissionsLastMinute: row?.submissionsLastMinute ?? 0 };
}

/** Older ends say nothing about today's competition; and a chain that has come to reject everything begins anew after this time. */
const RECENT = sql`interval '30 minutes'`;

/** What the chain's last concluded submissions came to: at most `last` of them, of the last 30 minutes. */
export async function recentOutcomes(db: Database, chainId: number, last: number): Promise<RecentOutcomes> {
	const rows = await db.drizzle
		.select({ outcome: opportunities.outcome })
		.from(opportunities)
		.where(and(eq(opportunities.chainId, chainId), wasSubmitted(opportunities), gte(opportunities.concludedAt, sql`now() - ${RECENT}`)))
		.orderBy(desc(opportunities.concludedAt))
		.limit(last);
	const count = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
	return { submitted: rows.length, settled: count("settled"), reverted: count("reverted"), dropped: count("dropped") };
}
