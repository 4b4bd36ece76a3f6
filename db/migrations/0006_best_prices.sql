CREATE TABLE "best_prices" (
	"chain_id" bigint NOT NULL,
	"token" text NOT NULL,
	"quote_token" text NOT NULL,
	"spent" numeric(78, 0) NOT NULL,
	"bought" numeric(78, 0) NOT NULL,
	"buy_pool" text NOT NULL,
	"sold_for" numeric(78, 0) NOT NULL,
	"sell_pool" text NOT NULL,
	"block_number" bigint NOT NULL,
	"block_hash" text NOT NULL,
	"block_at" timestamp (3) with time zone NOT NULL,
	"stored_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "best_prices_chain_id_token_pk" PRIMARY KEY("chain_id","token")
);
