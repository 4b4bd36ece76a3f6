import { z } from "@hono/zod-openapi";
import { tokenAmountSchema } from "../amounts.ts";

export const ledgerSchema = z
	.object({
		chainId: z.number().int(),
		/** Whether every entry's hash follows from the one before and every entry balances, computed again for this request. */
		verification: z.discriminatedUnion("ok", [
			z.object({ ok: z.literal(true), entries: z.number().int() }),
			z.object({ ok: z.literal(false), entryId: z.number().int(), why: z.string() }),
		]),
		/** Debits minus credits: assets and expenses are positive, income and liabilities negative. */
		balances: z.array(z.object({ account: z.string(), balance: tokenAmountSchema })),
	})
	.openapi("Ledger");
export type Ledger = z.infer<typeof ledgerSchema>;
