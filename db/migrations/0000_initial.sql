CREATE TABLE "control" (
	"chain_id" bigint PRIMARY KEY NOT NULL,
	"mode" text NOT NULL,
	"paused" boolean DEFAULT false NOT NULL,
	"kill_switch" boolean DEFAULT false NOT NULL,
	"limits" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "epochs" (
	"chain_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"status" text NOT NULL,
	"leaves" jsonb,
	"total_cumulative" numeric(78, 0),
	"root" text,
	"tree" jsonb,
	"transaction_hash" text,
	"opened_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"published_at" timestamp (3) with time zone,
	CONSTRAINT "epochs_chain_id_number_pk" PRIMARY KEY("chain_id","number")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"workflow_id" text NOT NULL,
	"chain_id" bigint NOT NULL,
	"step" text NOT NULL,
	"status" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"detail" text NOT NULL,
	"net_profit" numeric(78, 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ledger_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"chain_id" bigint NOT NULL,
	"reference" text NOT NULL,
	"transaction_hash" text,
	"block_number" bigint,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ledger_entries_reference_unique" UNIQUE("reference"),
	CONSTRAINT "ledger_entries_hash_unique" UNIQUE("hash"),
	CONSTRAINT "ledger_entries_no_fork" UNIQUE("chain_id","previous_hash")
);
--> statement-breakpoint
CREATE TABLE "ledger_postings" (
	"entry_id" bigint NOT NULL,
	"line" integer NOT NULL,
	"account" text NOT NULL,
	"asset" text NOT NULL,
	"debit" numeric(78, 0) NOT NULL,
	"credit" numeric(78, 0) NOT NULL,
	CONSTRAINT "ledger_postings_entry_id_line_pk" PRIMARY KEY("entry_id","line"),
	CONSTRAINT "ledger_postings_one_side" CHECK ("ledger_postings"."debit" >= 0 and "ledger_postings"."credit" >= 0 and ("ledger_postings"."debit" = 0) <> ("ledger_postings"."credit" = 0))
);
--> statement-breakpoint
CREATE TABLE "opportunities" (
	"workflow_id" text PRIMARY KEY NOT NULL,
	"run_id" text,
	"chain_id" bigint NOT NULL,
	"block_number" bigint NOT NULL,
	"block_hash" text NOT NULL,
	"route_hash" text NOT NULL,
	"route" jsonb NOT NULL,
	"start_token" text NOT NULL,
	"families" text[] NOT NULL,
	"dexes" text[] NOT NULL,
	"amount_in" numeric(78, 0) NOT NULL,
	"expected_gross_profit" numeric(78, 0) NOT NULL,
	"gross_profit" numeric(78, 0),
	"expected_net_profit" numeric(78, 0),
	"expected_value" numeric(78, 0),
	"success_ppm" integer,
	"reverted_ppm" integer,
	"not_included_ppm" integer,
	"decided_by" text,
	"relay" text,
	"outcome" text,
	"reason_step" text,
	"reason_code" text,
	"reason_message" text,
	"net_profit" numeric(78, 0),
	"gas_cost" numeric(78, 0),
	"flash_loan_fee" numeric(78, 0),
	"relay_payment" numeric(78, 0),
	"transaction_hash" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"concluded_at" timestamp (3) with time zone,
	"steps" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pools" (
	"chain_id" bigint NOT NULL,
	"address" text NOT NULL,
	"family" text NOT NULL,
	"dex" text NOT NULL,
	"token0" text NOT NULL,
	"token1" text NOT NULL,
	"fee_pips" integer NOT NULL,
	"tick_spacing" integer NOT NULL,
	"allowed" boolean NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"discovered_at_block" bigint NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "pools_chain_id_address_pk" PRIMARY KEY("chain_id","address")
);
--> statement-breakpoint
CREATE TABLE "reward_accruals" (
	"chain_id" bigint NOT NULL,
	"workflow_id" text NOT NULL,
	"epoch" integer NOT NULL,
	"account" text NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	CONSTRAINT "reward_accruals_workflow_id_account_pk" PRIMARY KEY("workflow_id","account")
);
--> statement-breakpoint
CREATE TABLE "samples" (
	"workflow_id" text PRIMARY KEY NOT NULL,
	"chain_id" bigint NOT NULL,
	"block_number" bigint NOT NULL,
	"feature_version" integer NOT NULL,
	"features" jsonb NOT NULL,
	"outcome" text NOT NULL,
	"net_profit_wei" numeric(78, 0) NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "submission_pools" (
	"chain_id" bigint NOT NULL,
	"pool" text NOT NULL,
	"workflow_id" text NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	CONSTRAINT "submission_pools_workflow_id_pool_pk" PRIMARY KEY("workflow_id","pool")
);
--> statement-breakpoint
CREATE TABLE "submissions" (
	"workflow_id" text PRIMARY KEY NOT NULL,
	"chain_id" bigint NOT NULL,
	"wallet" text NOT NULL,
	"nonce" bigint NOT NULL,
	"transaction_hash" text NOT NULL,
	"raw_transaction" text NOT NULL,
	"decision_record" jsonb NOT NULL,
	"relay" text NOT NULL,
	"target_block" bigint NOT NULL,
	"deadline_block" bigint NOT NULL,
	"status" text NOT NULL,
	"fencing_number" bigint NOT NULL,
	"cancellation_hash" text,
	"cancellation_raw" text,
	"claimed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"broadcast_at" timestamp (3) with time zone,
	"included_block" bigint,
	"included_block_hash" text,
	"resolved_at" timestamp (3) with time zone,
	CONSTRAINT "submissions_resolution" CHECK (("submissions"."status" in ('claimed', 'broadcast')) = ("submissions"."resolved_at" is null))
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"chain_id" bigint NOT NULL,
	"address" text NOT NULL,
	"symbol" text NOT NULL,
	"decimals" integer NOT NULL,
	"allowed" boolean NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tokens_chain_id_address_pk" PRIMARY KEY("chain_id","address")
);
--> statement-breakpoint
CREATE TABLE "treasury_transactions" (
	"reference" text PRIMARY KEY NOT NULL,
	"chain_id" bigint NOT NULL,
	"nonce" bigint NOT NULL,
	"transaction_hash" text NOT NULL,
	"raw_transaction" text NOT NULL,
	"stored_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "wallets" (
	"chain_id" bigint NOT NULL,
	"address" text NOT NULL,
	"next_nonce" bigint DEFAULT 0 NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "wallets_chain_id_address_pk" PRIMARY KEY("chain_id","address")
);
--> statement-breakpoint
CREATE TABLE "watchers" (
	"chain_id" bigint PRIMARY KEY NOT NULL,
	"fencing_number" bigint NOT NULL,
	"holder" text NOT NULL,
	"scheduled_at_ms" bigint NOT NULL,
	"taken_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ledger_postings" ADD CONSTRAINT "ledger_postings_entry_id_ledger_entries_id_fk" FOREIGN KEY ("entry_id") REFERENCES "public"."ledger_entries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_accruals" ADD CONSTRAINT "reward_accruals_chain_id_epoch_epochs_chain_id_number_fk" FOREIGN KEY ("chain_id","epoch") REFERENCES "public"."epochs"("chain_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission_pools" ADD CONSTRAINT "submission_pools_workflow_id_submissions_workflow_id_fk" FOREIGN KEY ("workflow_id") REFERENCES "public"."submissions"("workflow_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_workflow_id_opportunities_workflow_id_fk" FOREIGN KEY ("workflow_id") REFERENCES "public"."opportunities"("workflow_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "epochs_one_open" ON "epochs" USING btree ("chain_id") WHERE "epochs"."status" = 'open';--> statement-breakpoint
CREATE INDEX "events_by_workflow" ON "events" USING btree ("workflow_id","seq");--> statement-breakpoint
CREATE INDEX "ledger_entries_by_chain" ON "ledger_entries" USING btree ("chain_id","id");--> statement-breakpoint
CREATE INDEX "ledger_postings_by_account" ON "ledger_postings" USING btree ("account","asset");--> statement-breakpoint
CREATE INDEX "opportunities_by_time" ON "opportunities" USING btree ("created_at" DESC NULLS FIRST,"workflow_id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "opportunities_by_chain_and_time" ON "opportunities" USING btree ("chain_id","created_at" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "opportunities_by_outcome_and_time" ON "opportunities" USING btree ("outcome","created_at" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "opportunities_concluded" ON "opportunities" USING btree ("concluded_at" DESC NULLS FIRST) WHERE "opportunities"."concluded_at" is not null;--> statement-breakpoint
CREATE INDEX "opportunities_submitted" ON "opportunities" USING btree ("concluded_at" DESC NULLS FIRST,"workflow_id" DESC NULLS FIRST) WHERE "opportunities"."outcome" in ('settled', 'reverted', 'dropped');--> statement-breakpoint
CREATE INDEX "opportunities_submitted_by_chain" ON "opportunities" USING btree ("chain_id","concluded_at" DESC NULLS FIRST,"workflow_id" DESC NULLS FIRST) WHERE "opportunities"."outcome" in ('settled', 'reverted', 'dropped');--> statement-breakpoint
CREATE INDEX "opportunities_lost" ON "opportunities" USING btree ("chain_id","concluded_at") WHERE "opportunities"."net_profit" < 0;--> statement-breakpoint
CREATE INDEX "reward_accruals_by_epoch" ON "reward_accruals" USING btree ("chain_id","epoch","account");--> statement-breakpoint
CREATE INDEX "samples_by_block" ON "samples" USING btree ("chain_id","block_number","workflow_id");--> statement-breakpoint
CREATE UNIQUE INDEX "submission_pools_one_unresolved" ON "submission_pools" USING btree ("chain_id","pool") WHERE "submission_pools"."resolved_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "submissions_one_per_nonce" ON "submissions" USING btree ("chain_id","wallet","nonce") WHERE "submissions"."status" <> 'released';--> statement-breakpoint
CREATE UNIQUE INDEX "submissions_one_unresolved_per_wallet" ON "submissions" USING btree ("chain_id","wallet") WHERE "submissions"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "submissions_by_chain_and_claim" ON "submissions" USING btree ("chain_id","claimed_at");--> statement-breakpoint
CREATE UNIQUE INDEX "treasury_transactions_one_per_nonce" ON "treasury_transactions" USING btree ("chain_id","nonce");