ALTER TABLE "pools" ADD COLUMN "tokens" text[];--> statement-breakpoint
UPDATE "pools" SET "tokens" = ARRAY["token0", "token1"];--> statement-breakpoint
ALTER TABLE "pools" ALTER COLUMN "tokens" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "pools" ADD COLUMN "details" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "pools" DROP COLUMN "token0";--> statement-breakpoint
ALTER TABLE "pools" DROP COLUMN "token1";
