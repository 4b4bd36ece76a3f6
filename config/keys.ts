import { readFileSync } from "node:fs";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";

const privateKey = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "is not a 32-byte hex key");
const keysSchema = z.object({
	/** Keys of the operator wallets, which call the executor. */
	operators: z.array(privateKey).min(1),
	/** Key of the treasury, which publishes roots, funds rewards and tops wallets up. */
	treasury: privateKey,
});

export type Keys = z.output<typeof keysSchema>;

/** Reads the signing keys. Messages never contain file contents. */
export function readKeys(file: string): Keys {
	let value: unknown;
	try {
		value = JSON.parse(readFileSync(file, "utf8"));
	} catch (error) {
		throw new ArbError({ code: "configuration", message: `keys file ${file} cannot be read: ${messageOf(error)}`, retryable: false });
	}
	const parsed = keysSchema.safeParse(value);
	if (parsed.success) return parsed.data;
	const fields = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
	throw new ArbError({ code: "configuration", message: `keys file ${file}: ${fields}`, retryable: false });
}
