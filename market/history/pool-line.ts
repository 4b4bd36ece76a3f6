import { z } from "zod";
import { ArbError } from "../../domain/errors.ts";
import { type Pool, PROTOCOL_FAMILIES } from "../../domain/pool.ts";

const lineSchema = z.tuple([
	z.int(),
	z.string(),
	z.enum(PROTOCOL_FAMILIES),
	z.string(),
	z.array(z.string()),
	z.number(),
	z.number(),
	z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
]);

/** A pool's facts as one line of text: two pools are the same where their lines are, whatever the order of their details. */
export function poolLine({ chainId, address, family, dex, tokens, feePips, tickSpacing, details }: Pool): string {
	const names = Object.keys(details);
	const ordered = names.length < 2 ? details : Object.fromEntries(names.sort().map((name) => [name, details[name]]));
	return JSON.stringify([chainId, address, family, dex, tokens, feePips, tickSpacing, ordered]);
}

/** The other way round. @throws ArbError `invalid_input` for a line that {@link poolLine} did not write. */
export function poolOfLine(line: string): Pool {
	const parsed = lineSchema.safeParse(JSON.parse(line));
	if (!parsed.success) {
		throw new ArbError({
			code: "invalid_input",
			message: `a stored pool is none of this version (${line}); delete the chain's history, it begins anew`,
			retryable: false,
			cause: parsed.error,
		});
	}
	const [chainId, address, family, dex, tokens, feePips, tickSpacing, details] = parsed.data;
	return { chainId, address, family, dex, tokens, feePips, tickSpacing, details };
}
