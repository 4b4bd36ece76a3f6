import { sql } from "drizzle-orm";
import {
	type AnyPgColumn,
	bigint,
	boolean,
	check,
	customType,
	foreignKey,
	index,
	integer,
	jsonb,
	pgTable,
	primaryKey,
	text,
	timestamp,
	unique,
	uniqueIndex,
} from "drizzle-orm/pg-core";
import { type Amount, parseAmount } from "../domain/amount.ts";
import type { BlockPoint, DiscoveryCursor, DiscoveryWay } from "../domain/discovery.ts";
import type { DecisionRecord, Limits } from "../domain/lifecycle.ts";
import type { Mode, Outcome, Reason, Step } from "../domain/outcome.ts";
import type { RelayKind } from "../domain/plan.ts";
import type { PoolDetails, PoolState, PoolStatus, ProtocolFamily } from "../domain/pool.ts";
import type { Hop } from "../domain/route.ts";
import type { TokenExclusion, TokenNote } from "../domain/token-facts.ts";
import type { RewardLeaf, StoredSteps } from "./rows.ts";

/** Base units as `numeric(78,0)`, which holds every uint256; read and written as an {@link Amount}, checked on the way in. */
const amount = customType<{ data: Amount; driverData: string }>({
	dataType: () => "numeric(78, 0)",
	// `numeric` would round "1.5" and accept "NaN" without a word.
	toDriver: (value) => parseAmount(value, "numeric(78,0) column").toString(10),
	fromDriver: (value) => value,
});

const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

const chainId = () => bigint("chain_id", { mode: "number" }).notNull();
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
const blockNumber = (name: string) => bigint(name, { mode: "number" });

/** One row per chain: what guards money. Claims and broadcasts hold it shared, the kill switch takes it exclusively. */
export const control = pgTable("control", {
	chainId: chainId().primaryKey(),
	mode: text("mode").$type<Mode>().notNull(),
	paused: boolean("paused").notNull().default(false),
	killSwitch: boolean("kill_switch").notNull().default(false),
	limits: jsonb("limits").$type<Limits>().notNull(),
	updatedAt: instant("updated_at").notNull().defaultNow(),
});

/** The latest watcher of each chain; a claim with an earlier number is refused. */
export const watchers = pgTable("watchers", {
	chainId: chainId().primaryKey(),
	fencingNumber: bigint("fencing_number", { mode: "number" }).notNull(),
	holder: text("holder").notNull(),
	/** When Temporal scheduled the attempt that watches, by its server's clock: an attempt that was delivered late takes nothing over. */
	scheduledAtMs: bigint("scheduled_at_ms", { mode: "number" }).notNull(),
	takenAt: instant("taken_at").notNull().defaultNow(),
});

export const pools = pgTable(
	"pools",
	{
		chainId: chainId(),
		address: text("address").notNull(),
		family: text("family").$type<ProtocolFamily>().notNull(),
		dex: text("dex").notNull(),
		tokens: text("tokens").array().notNull(),
		feePips: integer("fee_pips").notNull(),
		tickSpacing: integer("tick_spacing").notNull(),
		details: jsonb("details").$type<PoolDetails>().notNull().default({}),
		allowed: boolean("allowed").notNull(),
		/** Why it is not allowed; empty where it is. */
		reason: text("reason").notNull().default(""),
		discoveredAtBlock: blockNumber("discovered_at_block").notNull(),
		foundBy: text("found_by").$type<DiscoveryWay>().notNull().default("events"),
		/** The row of the chain's dexes that it was found by: a dex that is taken out, or given another factory, takes its pools with it. */
		source: text("source").notNull().default(""),
		/** Holds less than the chain's floor: left out of the search until it has more. Kept apart from `allowed`, which others decide. */
		isBelowFloor: boolean("is_below_floor").notNull().default(false),
		updatedAt: instant("updated_at").notNull().defaultNow(),
	},
	(t) => [
		primaryKey({ columns: [t.chainId, t.address] }),
		// A watcher asks again and again which allowed pools are new; most rows of a large registry are not allowed.
		index("pools_allowed").on(t.chainId, t.updatedAt).where(sql`${t.allowed}`),
	],
);

/** How far each dex has been read, in each way that is read from a place on: a restart asks the chain for what comes after. */
export const discoveryCursors = pgTable(
	"discovery_cursors",
	{
		chainId: chainId(),
		source: text("source").notNull(),
		way: text("way").$type<DiscoveryCursor["way"]>().notNull(),
		question: text("question").notNull(),
		points: jsonb("points").$type<readonly BlockPoint[]>().notNull(),
		listed: integer("listed").notNull(),
		updatedAt: instant("updated_at").notNull().defaultNow(),
	},
	(t) => [primaryKey({ columns: [t.chainId, t.source, t.way] })],
);

export const tokens = pgTable(
	"tokens",
	{
		chainId: chainId(),
		address: text("address").notNull(),
		symbol: text("symbol").notNull(),
		decimals: integer("decimals").notNull(),
		allowed: boolean("allowed").notNull(),
		reason: text("reason").notNull().default(""),
		/** Null where it is allowed. */
		reasonCode: text("reason_code").$type<TokenExclusion>(),
		notes: jsonb("notes").$type<readonly TokenNote[]>().notNull().default([]),
		/** Null where it was never inspected. */
		inspectedAtBlock: blockNumber("inspected_at_block"),
		updatedAt: instant("updated_at").notNull().defaultNow(),
	},
	(t) => [primaryKey({ columns: [t.chainId, t.address] })],
);

/**
 * Conditions of partial indexes, literal so that queries match them: nearly all lifecycles are rejected, and what is asked at every claim must not read
 * through those.
 */
export const wasSubmitted = (of: { readonly outcome: AnyPgColumn }) => sql`${of.outcome} in ('settled', 'reverted', 'dropped')`;
export const hasLost = (of: { readonly netProfit: AnyPgColumn }) => sql`${of.netProfit} < 0`;

/** One row per lifecycle. Written by the claim (outcome null) or, where there was none, by the conclusion alone. */
export const opportunities = pgTable(
	"opportunities",
	{
		workflowId: text("workflow_id").primaryKey(),
		/** Null until the conclusion: the claim does not know it. */
		runId: text("run_id"),
		chainId: chainId(),
		blockNumber: blockNumber("block_number").notNull(),
		blockHash: text("block_hash").notNull(),
		routeHash: text("route_hash").notNull(),
		route: jsonb("route").$type<readonly Hop[]>().notNull(),
		startToken: text("start_token").notNull(),
		families: text("families").array().$type<ProtocolFamily[]>().notNull(),
		dexes: text("dexes").array().notNull(),
		amountIn: amount("amount_in").notNull(),
		/** Base units of the start token, as detected; as the search found it where `detect` was not reached. */
		expectedGrossProfit: amount("expected_gross_profit").notNull(),
		/** Realised, from the receipt; null until concluded. */
		grossProfit: amount("gross_profit"),
		/** Wei; null where the lifecycle ended before it was known. */
		expectedNetProfit: amount("expected_net_profit"),
		expectedValue: amount("expected_value"),
		successPpm: integer("success_ppm"),
		revertedPpm: integer("reverted_ppm"),
		notIncludedPpm: integer("not_included_ppm"),
		decidedBy: text("decided_by").$type<"ensemble" | "rules">(),
		relay: text("relay").$type<RelayKind>(),
		outcome: text("outcome").$type<Outcome>(),
		reasonStep: text("reason_step").$type<Step>(),
		reasonCode: text("reason_code").$type<Reason["code"]>(),
		reasonMessage: text("reason_message"),
		/** Wei, from the receipt; null until concluded. */
		netProfit: amount("net_profit"),
		gasCost: amount("gas_cost"),
		flashLoanFee: amount("flash_loan_fee"),
		relayPayment: amount("relay_payment"),
		transactionHash: text("transaction_hash"),
		createdAt: instant("created_at").notNull().defaultNow(),
		concludedAt: instant("concluded_at"),
		steps: jsonb("steps").$type<StoredSteps>().notNull(),
	},
	// Nulls first, as `order by … desc` has it: an index in another order would not serve it.
	(t) => [
		index("opportunities_by_time").on(t.createdAt.desc().nullsFirst(), t.workflowId.desc().nullsFirst()),
		index("opportunities_by_chain_and_time").on(t.chainId, t.createdAt.desc().nullsFirst()),
		index("opportunities_by_outcome_and_time").on(t.outcome, t.createdAt.desc().nullsFirst()),
		index("opportunities_concluded").on(t.concludedAt.desc().nullsFirst()).where(sql`${t.concludedAt} is not null`),
		index("opportunities_submitted").on(t.concludedAt.desc().nullsFirst(), t.workflowId.desc().nullsFirst()).where(wasSubmitted(t)),
		index("opportunities_submitted_by_chain")
			.on(t.chainId, t.concludedAt.desc().nullsFirst(), t.workflowId.desc().nullsFirst())
			.where(wasSubmitted(t)),
		index("opportunities_lost").on(t.chainId, t.concludedAt).where(hasLost(t)),
	],
);

/**
 * `claimed`: bytes stored. `broadcast`: handed to a relay or node. These two hold wallet and pools.
 * `confirmed`, `reverted`, `replaced`, `cancelled`: the nonce is spent. `released`: never included, its nonce is free again.
 */
export type SubmissionStatus = "claimed" | "broadcast" | "confirmed" | "reverted" | "replaced" | "cancelled" | "released";

export const submissions = pgTable(
	"submissions",
	{
		workflowId: text("workflow_id")
			.primaryKey()
			.references(() => opportunities.workflowId),
		chainId: chainId(),
		wallet: text("wallet").notNull(),
		nonce: bigint("nonce", { mode: "number" }).notNull(),
		transactionHash: text("transaction_hash").notNull(),
		rawTransaction: text("raw_transaction").notNull(),
		decisionRecord: jsonb("decision_record").$type<DecisionRecord>().notNull(),
		relay: text("relay").$type<RelayKind>().notNull(),
		targetBlock: blockNumber("target_block").notNull(),
		deadlineBlock: blockNumber("deadline_block").notNull(),
		status: text("status").$type<SubmissionStatus>().notNull(),
		fencingNumber: bigint("fencing_number", { mode: "number" }).notNull(),
		/** Our own empty transaction under the same nonce, stored before it is sent. */
		cancellationHash: text("cancellation_hash"),
		cancellationRaw: text("cancellation_raw"),
		claimedAt: instant("claimed_at").notNull().defaultNow(),
		broadcastAt: instant("broadcast_at"),
		includedBlock: blockNumber("included_block"),
		includedBlockHash: text("included_block_hash"),
		resolvedAt: instant("resolved_at"),
	},
	(t) => [
		uniqueIndex("submissions_one_per_nonce").on(t.chainId, t.wallet, t.nonce).where(sql`${t.status} <> 'released'`),
		uniqueIndex("submissions_one_unresolved_per_wallet").on(t.chainId, t.wallet).where(sql`${t.resolvedAt} is null`),
		index("submissions_by_chain_and_claim").on(t.chainId, t.claimedAt),
		check("submissions_resolution", sql`(${t.status} in ('claimed', 'broadcast')) = (${t.resolvedAt} is null)`),
	],
);

/** Pools that an unresolved submission trades in: nobody else may submit through them. */
export const submissionPools = pgTable(
	"submission_pools",
	{
		chainId: chainId(),
		pool: text("pool").notNull(),
		workflowId: text("workflow_id")
			.notNull()
			.references(() => submissions.workflowId),
		resolvedAt: instant("resolved_at"),
	},
	(t) => [
		primaryKey({ columns: [t.workflowId, t.pool] }),
		uniqueIndex("submission_pools_one_unresolved").on(t.chainId, t.pool).where(sql`${t.resolvedAt} is null`),
	],
);

/** Signing wallets: a claim locks one row. `nextNonce` is the lowest nonce that no submission holds, as far as we know. */
export const wallets = pgTable(
	"wallets",
	{
		chainId: chainId(),
		address: text("address").notNull(),
		nextNonce: bigint("next_nonce", { mode: "number" }).notNull().default(0),
		updatedAt: instant("updated_at").notNull().defaultNow(),
	},
	(t) => [primaryKey({ columns: [t.chainId, t.address] })],
);

/** Step changes. `seq` has no gaps and its order is commit order, because it is given under one lock held until commit. */
export const events = pgTable(
	"events",
	{
		seq: bigint("seq", { mode: "number" }).primaryKey(),
		/** Workflow ID and step of an event of a lifecycle; null in an event of a pool. */
		workflowId: text("workflow_id"),
		chainId: chainId(),
		step: text("step").$type<Step>(),
		/** Of an event of a pool. */
		pool: text("pool"),
		status: text("status").$type<"done" | "rejected" | Outcome | PoolStatus>().notNull(),
		at: instant("at").notNull(),
		detail: text("detail").notNull(),
		/** Wei; with the event that ends a lifecycle after a submission. */
		netProfit: amount("net_profit"),
	},
	(t) => [
		index("events_by_workflow").on(t.workflowId, t.seq),
		check("event_of_step_or_pool", sql`(${t.workflowId} is null) = (${t.step} is null) and (${t.step} is null) = (${t.pool} is not null)`),
	],
);

/** Pools whose kept state differed from the chain's, with both states; one row at most of a pool lasts. */
export const quarantines = pgTable(
	"quarantines",
	{
		id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
		chainId: chainId(),
		pool: text("pool").notNull(),
		blockNumber: blockNumber("block_number").notNull(),
		blockHash: text("block_hash").notNull(),
		kept: jsonb("kept").$type<PoolState>().notNull(),
		fresh: jsonb("fresh").$type<PoolState>(),
		fields: text("fields").array().notNull(),
		foundBy: text("found_by").notNull(),
		at: instant("at").notNull().defaultNow(),
		releasedAt: instant("released_at"),
		releasedAtBlock: blockNumber("released_at_block"),
	},
	(t) => [
		uniqueIndex("quarantine_that_lasts").on(t.chainId, t.pool).where(sql`${t.releasedAt} is null`),
		index("quarantines_by_chain").on(t.chainId, t.id),
	],
);

/** Append-only (triggers) and hash-chained per chain. */
export const ledgerEntries = pgTable(
	"ledger_entries",
	{
		id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
		chainId: chainId(),
		reference: text("reference").notNull().unique(),
		transactionHash: text("transaction_hash"),
		blockNumber: blockNumber("block_number"),
		previousHash: text("previous_hash").notNull(),
		hash: text("hash").notNull().unique(),
		createdAt: instant("created_at").notNull().defaultNow(),
	},
	(t) => [unique("ledger_entries_no_fork").on(t.chainId, t.previousHash), index("ledger_entries_by_chain").on(t.chainId, t.id)],
);

export const ledgerPostings = pgTable(
	"ledger_postings",
	{
		entryId: bigint("entry_id", { mode: "number" })
			.notNull()
			.references(() => ledgerEntries.id),
		line: integer("line").notNull(),
		account: text("account").notNull(),
		asset: text("asset").notNull(),
		debit: amount("debit").notNull(),
		credit: amount("credit").notNull(),
	},
	(t) => [
		primaryKey({ columns: [t.entryId, t.line] }),
		index("ledger_postings_by_account").on(t.account, t.asset),
		check("ledger_postings_one_side", sql`${t.debit} >= 0 and ${t.credit} >= 0 and (${t.debit} = 0) <> (${t.credit} = 0)`),
	],
);

/** `open`: accrues. `closed`: its leaves are fixed. `published`: its root is on chain. */
export type EpochStatus = "open" | "closed" | "published";

export const epochs = pgTable(
	"epochs",
	{
		chainId: chainId(),
		number: integer("number").notNull(),
		status: text("status").$type<EpochStatus>().notNull(),
		leaves: jsonb("leaves").$type<readonly RewardLeaf[]>(),
		totalCumulative: amount("total_cumulative"),
		root: text("root"),
		/** The tree as `@openzeppelin/merkle-tree` dumps it. */
		tree: jsonb("tree").$type<unknown>(),
		transactionHash: text("transaction_hash"),
		openedAt: instant("opened_at").notNull().defaultNow(),
		closedAt: instant("closed_at"),
		publishedAt: instant("published_at"),
	},
	(t) => [primaryKey({ columns: [t.chainId, t.number] }), uniqueIndex("epochs_one_open").on(t.chainId).where(sql`${t.status} = 'open'`)],
);

/** What a settled lifecycle gave to whom; wei of the wrapped native coin. */
export const rewardAccruals = pgTable(
	"reward_accruals",
	{
		chainId: chainId(),
		workflowId: text("workflow_id").notNull(),
		epoch: integer("epoch").notNull(),
		account: text("account").notNull(),
		amount: amount("amount").notNull(),
	},
	(t) => [
		primaryKey({ columns: [t.workflowId, t.account] }),
		index("reward_accruals_by_epoch").on(t.chainId, t.epoch, t.account),
		foreignKey({ columns: [t.chainId, t.epoch], foreignColumns: [epochs.chainId, epochs.number] }),
	],
);

/**
 * What the treasury sends: top-ups, reward funding, published roots. Stored under a reference before it is sent, so that a crash sends the same bytes
 * again; `settledAt` once its receipt is booked.
 */
export const treasuryTransactions = pgTable(
	"treasury_transactions",
	{
		reference: text("reference").primaryKey(),
		chainId: chainId(),
		nonce: bigint("nonce", { mode: "number" }).notNull(),
		transactionHash: text("transaction_hash").notNull(),
		rawTransaction: text("raw_transaction").notNull(),
		storedAt: instant("stored_at").notNull().defaultNow(),
		settledAt: instant("settled_at"),
	},
	(t) => [uniqueIndex("treasury_transactions_one_per_nonce").on(t.chainId, t.nonce)],
);

/** Labelled rows for training: what was known before a submission, and how it ended. */
export const samples = pgTable(
	"samples",
	{
		workflowId: text("workflow_id").primaryKey(),
		chainId: chainId(),
		blockNumber: blockNumber("block_number").notNull(),
		featureVersion: integer("feature_version").notNull(),
		features: jsonb("features").$type<Readonly<Record<string, number>>>().notNull(),
		outcome: text("outcome").$type<Outcome>().notNull(),
		netProfitWei: amount("net_profit_wei").notNull(),
		createdAt: instant("created_at").notNull().defaultNow(),
	},
	(t) => [index("samples_by_block").on(t.chainId, t.blockNumber, t.workflowId)],
);

export type TvlScope = "pool" | "dex" | "chain";

/** What pools hold over time, in millionths of a US dollar. Days that rows are kept: `TVL_RETENTION_DAYS` in `tvl.ts`. */
export const tvl = pgTable(
	"tvl",
	{
		chainId: chainId(),
		scope: text("scope").$type<TvlScope>().notNull(),
		/** The pool's address, the dex, or `all`. */
		name: text("name").notNull(),
		blockNumber: blockNumber("block_number").notNull(),
		/** The block's timestamp. */
		at: instant("at").notNull(),
		microUsd: amount("micro_usd").notNull(),
		/** A token without a price counts for nothing: the value is at least this. */
		isPartial: boolean("is_partial").notNull(),
	},
	(t) => [primaryKey({ columns: [t.chainId, t.scope, t.name, t.blockNumber] }), index("tvl_by_age").on(t.chainId, t.scope, t.at)],
);

/**
 * What happened to a chain's pools, block by block: `content` is what made their states out of those of the parent block (logs, and what was read beside them);
 * null where the states were read whole, so that only a base tells them. Blocks that a reorg took back stay, not canonical.
 */
export const historyBlocks = pgTable(
	"history_blocks",
	{
		chainId: chainId(),
		hash: text("hash").notNull(),
		number: blockNumber("number").notNull(),
		parentHash: text("parent_hash").notNull(),
		/** Seconds since 1970. */
		timestamp: bigint("timestamp", { mode: "number" }).notNull(),
		baseFeePerGasWei: amount("base_fee_per_gas_wei").notNull(),
		gasUsed: amount("gas_used").notNull(),
		gasLimit: amount("gas_limit").notNull(),
		isCanonical: boolean("is_canonical").notNull(),
		version: integer("version").notNull(),
		content: bytes("content"),
	},
	(t) => [
		primaryKey({ columns: [t.chainId, t.hash] }),
		index("history_blocks_by_number").on(t.chainId, t.number),
		uniqueIndex("history_blocks_one_canonical").on(t.chainId, t.number).where(sql`${t.isCanonical}`),
	],
);

/** Lists of pools that bases are made of, each stored once; `key` is the SHA-256 of the list. */
export const historyPools = pgTable(
	"history_pools",
	{ chainId: chainId(), key: text("key").notNull(), pools: bytes("pools").notNull() },
	(t) => [primaryKey({ columns: [t.chainId, t.key] })],
);

/** States of all pools at one block: where the rebuilding of later blocks begins. */
export const historyBases = pgTable(
	"history_bases",
	{
		chainId: chainId(),
		blockHash: text("block_hash").notNull(),
		blockNumber: blockNumber("block_number").notNull(),
		/** The block's, in seconds since 1970. */
		timestamp: bigint("timestamp", { mode: "number" }).notNull(),
		version: integer("version").notNull(),
		poolsKey: text("pools_key").notNull(),
		/** In the order of that list. */
		states: bytes("states").notNull(),
	},
	(t) => [
		primaryKey({ columns: [t.chainId, t.blockHash] }),
		index("history_bases_by_number").on(t.chainId, t.blockNumber),
		foreignKey({ columns: [t.chainId, t.poolsKey], foreignColumns: [historyPools.chainId, historyPools.key] }),
	],
);

/** Blocks of which the history has nothing, both ends included. */
export const historyGaps = pgTable(
	"history_gaps",
	{
		chainId: chainId(),
		fromBlock: blockNumber("from_block").notNull(),
		toBlock: blockNumber("to_block").notNull(),
		reason: text("reason").notNull(),
		noticedAt: instant("noticed_at").notNull().defaultNow(),
	},
	(t) => [primaryKey({ columns: [t.chainId, t.fromBlock, t.toBlock] })],
);

/** The newest best price of each token that is compared with other chains; see `domain/best-price.ts`. One row per token, written over. */
export const bestPrices = pgTable(
	"best_prices",
	{
		chainId: chainId(),
		token: text("token").notNull(),
		quoteToken: text("quote_token").notNull(),
		spent: amount("spent").notNull(),
		bought: amount("bought").notNull(),
		buyPool: text("buy_pool").notNull(),
		soldFor: amount("sold_for").notNull(),
		sellPool: text("sell_pool").notNull(),
		blockNumber: blockNumber("block_number").notNull(),
		blockHash: text("block_hash").notNull(),
		/** The block's timestamp. */
		blockAt: instant("block_at").notNull(),
		/** When it was written: a chain's own clock may be ahead. */
		storedAt: instant("stored_at").notNull().defaultNow(),
	},
	(t) => [primaryKey({ columns: [t.chainId, t.token] })],
);
