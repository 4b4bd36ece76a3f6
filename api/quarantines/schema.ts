import { z } from "@hono/zod-openapi";

/** A state in the engine's documented form (`arb schema pool`). */
const stateSchema = z.record(z.string(), z.unknown());

export const quarantineSchema = z
	.object({
		chainId: z.number().int(),
		pool: z.string(),
		/** The block at whose end the two states were compared. */
		block: z.object({ number: z.number().int(), hash: z.string() }),
		fields: z.array(z.string()),
		kept: stateSchema,
		fresh: stateSchema.nullable().openapi({ description: "Null where the pool could not be read any more" }),
		foundBy: z.string().openapi({ description: "`audit`, or the ID of the lifecycle that noticed it" }),
		at: z.iso.datetime(),
		releasedAt: z.iso.datetime().nullable(),
		releasedAtBlock: z.number().int().nullable(),
	})
	.openapi("Quarantine", { description: "A pool whose kept state differed from the chain's, with both states" });
export type Quarantine = z.infer<typeof quarantineSchema>;

export const quarantinesSchema = z.object({ items: z.array(quarantineSchema) }).openapi("Quarantines");
export type Quarantines = z.infer<typeof quarantinesSchema>;
