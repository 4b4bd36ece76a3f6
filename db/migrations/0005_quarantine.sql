CREATE TABLE "quarantines" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "quarantines_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"chain_id" bigint NOT NULL,
	"pool" text NOT NULL,
	"block_number" bigint NOT NULL,
	"block_hash" text NOT NULL,
	"kept" jsonb NOT NULL,
	"fresh" jsonb NOT NULL,
	"fields" text[] NOT NULL,
	"found_by" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"released_at" timestamp (3) with time zone,
	"released_at_block" bigint
);
--> statement-breakpoint
ALTER TABLE "events" ALTER COLUMN "workflow_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ALTER COLUMN "step" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "pool" text;--> statement-breakpoint
CREATE UNIQUE INDEX "quarantine_that_lasts" ON "quarantines" USING btree ("chain_id","pool") WHERE "quarantines"."released_at" is null;--> statement-breakpoint
CREATE INDEX "quarantines_by_chain" ON "quarantines" USING btree ("chain_id","id");--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "event_of_step_or_pool" CHECK (("events"."workflow_id" is null) = ("events"."step" is null) and ("events"."step" is null) = ("events"."pool" is not null));