ALTER TABLE "tokens" ADD COLUMN "reason_code" text;--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "notes" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "inspected_at_block" bigint;