import { z } from "zod";
import { checksummedAddress } from "../address.ts";

const ms = z.int().min(1);

/** An address as a file has it: with its checksum in the registry, in any case in a chain file. */
type AddressSchema = z.ZodType<string, string>;

/** Who decides the order of transactions, and by what. */
export const orderingOf = (address: AddressSchema) =>
	z.discriminatedUnion("kind", [
		/** Builders bid for whole blocks; a bundle is for one block, and pays its builder. */
		z.strictObject({ kind: z.literal("builder-auction"), slotMs: ms }),
		/** A sequencer takes transactions as they come; the holder of the express lane is that much ahead of everybody else. */
		z.strictObject({
			kind: z.literal("first-come-first-served"),
			expressLane: z.strictObject({ auction: address, roundMs: ms, advantageMs: ms }).nullable(),
		}),
		/** A sequencer announces parts of its block one after another; fees order the transactions inside a part, and a part once announced stays. */
		z.strictObject({ kind: z.literal("pre-confirmed-sub-blocks"), subBlockMs: ms }),
		/** Whose turn it is orders its public mempool by priority fee. */
		z.strictObject({ kind: z.literal("priority-fee") }),
	]);

export const orderingSchema = orderingOf(checksummedAddress);
export type Ordering = z.output<typeof orderingSchema>;

/** What the ordering asks of whoever trades on the chain. */
export interface ExecutionRules {
	/** The newest state that a quote may build on: the head block, or the parts of the next one announced so far (block tag `pending`). */
	readonly state: "head-block" | "announced-sub-blocks";
	/** How long a decision is worth anything: after this the transactions that it was made between are decided. */
	readonly deadlineMs: number;
	/** What buys a place: a payment to the builder, the priority fee, or nothing (who is early is first). */
	readonly fee: "builder-payment" | "priority-fee" | "base-fee-only";
}

export function executionRules({ ordering, blockTimeMs }: { readonly ordering: Ordering; readonly blockTimeMs: number }): ExecutionRules {
	switch (ordering.kind) {
		case "builder-auction":
			return { state: "head-block", deadlineMs: ordering.slotMs, fee: "builder-payment" };
		case "first-come-first-served":
			// Without the express lane a transaction waits for its advantage before it is sequenced at all.
			return { state: "head-block", deadlineMs: blockTimeMs + (ordering.expressLane?.advantageMs ?? 0), fee: "base-fee-only" };
		case "pre-confirmed-sub-blocks":
			return { state: "announced-sub-blocks", deadlineMs: ordering.subBlockMs, fee: "priority-fee" };
		case "priority-fee":
			return { state: "head-block", deadlineMs: blockTimeMs, fee: "priority-fee" };
	}
}
