CREATE TABLE "tvl" (
	"chain_id" bigint NOT NULL,
	"scope" text NOT NULL,
	"name" text NOT NULL,
	"block_number" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"micro_usd" numeric(78, 0) NOT NULL,
	"is_partial" boolean NOT NULL,
	CONSTRAINT "tvl_chain_id_scope_name_block_number_pk" PRIMARY KEY("chain_id","scope","name","block_number")
);
--> statement-breakpoint
ALTER TABLE "pools" ADD COLUMN "is_below_floor" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "tvl_by_age" ON "tvl" USING btree ("chain_id","scope","at");