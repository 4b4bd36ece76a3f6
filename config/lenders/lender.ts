import { z } from "zod";
import { checksummedAddress } from "../address.ts";
import { parseWith } from "../validation.ts";

/** What a lender takes of a loan. */
const feeSchema = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("none") }),
	/** The answer of this function; governance changes it. */
	z.strictObject({ kind: z.literal("on-chain"), read: z.string().min(1), unit: z.enum(["bps", "wad"]) }),
	/** What the lending pool charges for a swap. */
	z.strictObject({ kind: z.literal("pool-fee") }),
]);

const lenderSchema = z.strictObject({
	/** The lender's name, the same on every chain. */
	lender: z.string().regex(/^[a-z0-9.-]+$/),
	/** The function that lends. */
	entry: z.string().min(1),
	fee: feeSchema,
	deployments: z
		.array(
			z.strictObject({
				chainId: z.int().min(1),
				/** The contract that lends; where each pool lends its own tokens, the factory of the pools. */
				address: checksummedAddress,
				/** Where the address was read. */
				source: z.string().min(1),
			}),
		)
		.min(1),
});

/** A lender as its file writes it. */
export type LenderFile = z.input<typeof lenderSchema>;

/** A source of flash loans on one chain. The address is lower case. */
export type Lender = z.output<typeof lenderSchema>["deployments"][number] & Omit<z.output<typeof lenderSchema>, "deployments">;

/**
 * The rows of a lender.
 *
 * @throws ArbError `configuration` that names the lender and each bad field
 */
export function lendersOf(file: LenderFile): readonly Lender[] {
	const { deployments, ...shared } = parseWith(lenderSchema, file, `registry, lender ${file.lender}`);
	return deployments.map((row) => ({ ...row, ...shared }));
}
