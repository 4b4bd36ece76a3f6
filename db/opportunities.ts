import { and, asc, count, desc, eq, getTableColumns, gte, isNotNull, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import type { Amount } from "../domain/amount.ts";
import type { Outcome, Reason, Step } from "../domain/outcome.ts";
import type { Database } from "./connection.ts";
import { type StoredStepEvent, storedStepEvent } from "./events.ts";
import { entriesOf, type LedgerEntry } from "./ledger.ts";
import type { StoredSteps } from "./rows.ts";
import { events, opportunities, wasSubmitted } from "./schema.ts";
import { readSubmission, type StoredSubmission } from "./submissions.ts";

type Row = typeof opportunities.$inferSelect;

/**
 * A lifecycle in a list. Amounts of the route are base units of the start token; `netProfit`, `gasCost`, `relayPayment`, `expectedNetProfit` and
 * `expectedValue` are wei. `outcome` is null while it runs.
 */
export type OpportunitySummary = Readonly<Omit<Row, "steps" | "reasonStep" | "reasonCode" | "reasonMessage">> & {
	readonly reason: Reason | null;
};

/** Where a page ends: the time and the workflow ID of its last row. */
export interface PageCursor {
	readonly at: Date;
	readonly workflowId: string;
}

export interface Page {
	readonly rows: readonly OpportunitySummary[];
	/** To be passed as `before` for the next page; null on the last one. */
	readonly next: PageCursor | null;
}

export interface PageRequest {
	readonly chainId?: number | undefined;
	readonly limit: number;
	readonly before?: PageCursor | undefined;
}

const { steps: _steps, ...summaryColumns } = getTableColumns(opportunities);

/** Lifecycles, newest first by the time at which they were found; `running` are those without an outcome. */
export async function listOpportunities(
	db: Database,
	of: PageRequest & { readonly outcome?: Outcome | "running" | undefined },
): Promise<Page> {
	const outcome =
		of.outcome === undefined ? undefined : of.outcome === "running" ? isNull(opportunities.outcome) : eq(opportunities.outcome, of.outcome);
	return await page(db, of, opportunities.createdAt, outcome);
}

/** Lifecycles in which money moved (settled, reverted, or dropped at the price of a cancellation), newest first by their conclusion. */
export async function listTrades(db: Database, of: PageRequest & { readonly outcome?: Outcome | undefined }): Promise<Page> {
	const moved = or(ne(opportunities.outcome, "dropped"), ne(opportunities.gasCost, "0"));
	const outcome = of.outcome === undefined ? undefined : eq(opportunities.outcome, of.outcome);
	return await page(db, of, opportunities.concludedAt, and(wasSubmitted(opportunities), moved, outcome));
}

async function page(
	db: Database,
	of: PageRequest,
	time: typeof opportunities.createdAt | typeof opportunities.concludedAt,
	filter: SQL | undefined,
): Promise<Page> {
	const rows = await db.drizzle
		.select(summaryColumns)
		.from(opportunities)
		.where(
			and(
				filter,
				of.chainId === undefined ? undefined : eq(opportunities.chainId, of.chainId),
				of.before === undefined
					? undefined
					: sql`(${time}, ${opportunities.workflowId}) < (${of.before.at.toISOString()}::timestamptz, ${of.before.workflowId})`,
			),
		)
		.orderBy(desc(time), desc(opportunities.workflowId))
		.limit(of.limit + 1);
	const shown = rows.slice(0, of.limit);
	const last = rows.length > of.limit ? shown.at(-1) : undefined;
	const at = last === undefined ? null : time.name === "concluded_at" ? last.concludedAt : last.createdAt;
	return { rows: shown.map(summary), next: last === undefined || at === null ? null : { at, workflowId: last.workflowId } };
}

function summary(row: Omit<Row, "steps">): OpportunitySummary {
	const { reasonStep: step, reasonCode: code, reasonMessage: message, ...rest } = row;
	return { ...rest, reason: step === null || code === null || message === null ? null : { step, code, message } };
}

/** Everything that is known of one lifecycle. */
export interface OpportunityDetail extends OpportunitySummary {
	readonly steps: StoredSteps;
	readonly events: readonly StoredStepEvent[];
	readonly submission: StoredSubmission | null;
	readonly ledger: readonly LedgerEntry[];
}

/** One lifecycle with its steps, events, submission and ledger lines; null where the ID is unknown. */
export async function readOpportunity(db: Database, workflowId: string): Promise<OpportunityDetail | null> {
	const [row] = await db.drizzle.select().from(opportunities).where(eq(opportunities.workflowId, workflowId));
	if (row === undefined) return null;
	const [stepEvents, submission, ledger] = await Promise.all([
		db.drizzle.select().from(events).where(eq(events.workflowId, workflowId)).orderBy(asc(events.seq)),
		readSubmission(db, workflowId),
		entriesOf(db, [workflowId]),
	]);
	const { steps, ...rest } = row;
	return { ...summary(rest), steps, events: stepEvents.map(storedStepEvent), submission, ledger };
}

/** Which rows a figure is about. */
export interface Scope {
	readonly chainId?: number | undefined;
	readonly since?: Date | undefined;
}

function inScope(of: Scope): SQL | undefined {
	return and(
		isNotNull(opportunities.concludedAt),
		of.chainId === undefined ? undefined : eq(opportunities.chainId, of.chainId),
		of.since === undefined ? undefined : gte(opportunities.concludedAt, of.since),
	);
}

/** A point of the curve of money: what all lifecycles up to `at` came to; wei. */
export interface MoneyPoint {
	readonly at: Date;
	readonly cumulativeNetProfit: Amount;
}

/** Lifecycles whose net profit is not zero; others do not move the curve. */
const movedMoney = and(wasSubmitted(opportunities), ne(opportunities.netProfit, "0"));

/**
 * Net profit over time, summed since the first lifecycle, at most about `maxPoints` points from `since` on: the last of each span of equal length.
 */
export async function moneyOverTime(db: Database, of: Scope & { readonly maxPoints?: number }): Promise<readonly MoneyPoint[]> {
	const [range] = await db.drizzle
		.select({
			first: sql<Date | null>`min(${opportunities.concludedAt})`.mapWith(opportunities.concludedAt),
			last: sql<Date | null>`max(${opportunities.concludedAt})`.mapWith(opportunities.concludedAt),
		})
		.from(opportunities)
		.where(and(inScope(of), movedMoney));
	if (range === undefined || range.first === null || range.last === null) return [];
	const spanSeconds = Math.max(0.001, (range.last.getTime() - range.first.getTime()) / 1000 / (of.maxPoints ?? 500));
	const curve = db.drizzle
		.select({
			at: opportunities.concludedAt,
			workflowId: opportunities.workflowId,
			span: sql`floor(extract(epoch from ${opportunities.concludedAt}) / ${spanSeconds.toFixed(6)}::numeric)`.as("span"),
			total: sql`sum(${opportunities.netProfit}) over (order by ${opportunities.concludedAt}, ${opportunities.workflowId})`
				.mapWith(opportunities.netProfit)
				.as("total"),
		})
		.from(opportunities)
		.where(and(inScope({ chainId: of.chainId }), movedMoney))
		.as("curve");
	const rows = await db.drizzle
		.selectDistinctOn([curve.span], { at: curve.at, cumulativeNetProfit: curve.total })
		.from(curve)
		.where(of.since === undefined ? undefined : gte(curve.at, of.since))
		.orderBy(curve.span, desc(curve.at), desc(curve.workflowId));
	return rows.flatMap((row) => (row.at === null ? [] : [{ at: row.at, cumulativeNetProfit: row.cumulativeNetProfit }]));
}

/** How many lifecycles ended in which way, with the sum of their net profits; wei. */
export async function outcomeCounts(
	db: Database,
	of: Scope,
): Promise<readonly { readonly outcome: Outcome; readonly count: number; readonly netProfit: Amount }[]> {
	const rows = await db.drizzle
		.select({
			outcome: opportunities.outcome,
			count: count(),
			netProfit: sql`coalesce(sum(${opportunities.netProfit}), 0)`.mapWith(opportunities.netProfit),
		})
		.from(opportunities)
		.where(inScope(of))
		.groupBy(opportunities.outcome)
		.orderBy(desc(count()));
	return rows.flatMap((row) => (row.outcome === null ? [] : [{ ...row, outcome: row.outcome }]));
}

/** Why lifecycles were rejected, most frequent first. */
export async function rejectionCounts(
	db: Database,
	of: Scope,
): Promise<readonly { readonly step: Step; readonly code: Reason["code"]; readonly count: number }[]> {
	const rows = await db.drizzle
		.select({ step: opportunities.reasonStep, code: opportunities.reasonCode, count: count() })
		.from(opportunities)
		.where(and(inScope(of), eq(opportunities.outcome, "rejected")))
		.groupBy(opportunities.reasonStep, opportunities.reasonCode)
		.orderBy(desc(count()), opportunities.reasonCode);
	return rows.flatMap(({ step, code, count }) => (step === null || code === null ? [] : [{ step, code, count }]));
}
