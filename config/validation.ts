import type { z } from "zod";
import { ArbError } from "../domain/errors.ts";

/**
 * Checks a value against its schema.
 *
 * @param origin what is checked, for the message
 * @throws ArbError `configuration` that names each bad field
 */
export function parseWith<Schema extends z.ZodType>(schema: Schema, value: unknown, origin: string): z.output<Schema> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "(root)"}: ${issue.message}`).join("; ");
	throw new ArbError({ code: "configuration", message: `${origin}: ${issues}`, retryable: false });
}
