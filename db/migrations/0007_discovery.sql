CREATE TABLE "discovery_cursors" (
	"chain_id" bigint NOT NULL,
	"source" text NOT NULL,
	"way" text NOT NULL,
	"question" text NOT NULL,
	"points" jsonb NOT NULL,
	"listed" integer NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "discovery_cursors_chain_id_source_way_pk" PRIMARY KEY("chain_id","source","way")
);
--> statement-breakpoint
ALTER TABLE "pools" ADD COLUMN "found_by" text DEFAULT 'events' NOT NULL;--> statement-breakpoint
ALTER TABLE "pools" ADD COLUMN "source" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX "pools_allowed" ON "pools" USING btree ("chain_id","updated_at") WHERE "pools"."allowed";