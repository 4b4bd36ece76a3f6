import { readFileSync } from "node:fs";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";

const privateKey = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "is not a 32-byte hex key");
const keysSchema = z.object({
	/** The chain that these keys sign on, and no other. */
	chainId: z.int().min(1),
	/** Keys of the operator wallets, which call the executor. */
	operators: z.array(privateKey).min(1),
	/** Key of the treasury, which publishes roots, funds rewards and tops wallets up. */
	treasury: privateKey,
});

export type Keys = z.output<typeof keysSchema>;

/** Reads the signing keys of one chain. Messages never contain file contents. */
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

/**
 * The keys of a chain among the files of `KEYS_FILE`; null where none is of it.
 *
 * @throws ArbError `configuration` where a file is bad, or two files are of that chain
 */
export function keysOfChain(files: readonly string[], chainId: number): Keys | null {
	const found = files.map((file) => readKeys(file)).filter((keys) => keys.chainId === chainId);
	if (found.length > 1) {
		throw new ArbError({
			code: "configuration",
			message: `KEYS_FILE: ${found.length} of its files are of chain ${chainId}; leave one`,
			retryable: false,
		});
	}
	return found[0] ?? null;
}
