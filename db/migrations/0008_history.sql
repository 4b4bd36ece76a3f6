CREATE TABLE "history_bases" (
	"chain_id" bigint NOT NULL,
	"block_hash" text NOT NULL,
	"block_number" bigint NOT NULL,
	"timestamp" bigint NOT NULL,
	"version" integer NOT NULL,
	"pools_key" text NOT NULL,
	"states" "bytea" NOT NULL,
	CONSTRAINT "history_bases_chain_id_block_hash_pk" PRIMARY KEY("chain_id","block_hash")
);
--> statement-breakpoint
CREATE TABLE "history_blocks" (
	"chain_id" bigint NOT NULL,
	"hash" text NOT NULL,
	"number" bigint NOT NULL,
	"parent_hash" text NOT NULL,
	"timestamp" bigint NOT NULL,
	"base_fee_per_gas_wei" numeric(78, 0) NOT NULL,
	"gas_used" numeric(78, 0) NOT NULL,
	"gas_limit" numeric(78, 0) NOT NULL,
	"is_canonical" boolean NOT NULL,
	"version" integer NOT NULL,
	"content" "bytea",
	CONSTRAINT "history_blocks_chain_id_hash_pk" PRIMARY KEY("chain_id","hash")
);
--> statement-breakpoint
CREATE TABLE "history_gaps" (
	"chain_id" bigint NOT NULL,
	"from_block" bigint NOT NULL,
	"to_block" bigint NOT NULL,
	"reason" text NOT NULL,
	"noticed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "history_gaps_chain_id_from_block_to_block_pk" PRIMARY KEY("chain_id","from_block","to_block")
);
--> statement-breakpoint
CREATE TABLE "history_pools" (
	"chain_id" bigint NOT NULL,
	"key" text NOT NULL,
	"pools" "bytea" NOT NULL,
	CONSTRAINT "history_pools_chain_id_key_pk" PRIMARY KEY("chain_id","key")
);
--> statement-breakpoint
ALTER TABLE "history_bases" ADD CONSTRAINT "history_bases_chain_id_pools_key_history_pools_chain_id_key_fk" FOREIGN KEY ("chain_id","pools_key") REFERENCES "public"."history_pools"("chain_id","key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "history_bases_by_number" ON "history_bases" USING btree ("chain_id","block_number");--> statement-breakpoint
CREATE INDEX "history_blocks_by_number" ON "history_blocks" USING btree ("chain_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "history_blocks_one_canonical" ON "history_blocks" USING btree ("chain_id","number") WHERE "history_blocks"."is_canonical";