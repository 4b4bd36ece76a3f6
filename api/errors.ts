import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context, Env } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Logger } from "pino";
import { ArbError, type ErrorCode } from "../domain/errors.ts";

/** Body of every answer that is not a success. */
export const errorSchema = z
	.object({
		error: z.object({
			code: z.string().openapi({ example: "invalid_input" }),
			message: z.string().openapi({ example: "query.limit: Too big: expected number to be <=500" }),
			/** The inputs that were refused, where the request was at fault. */
			fields: z.array(z.object({ field: z.string().openapi({ example: "query.limit" }), message: z.string() })).optional(),
		}),
	})
	.openapi("Error");

export type ErrorBody = z.infer<typeof errorSchema>;

/** OpenAPI entry of a refusal, for a route's `responses`. */
export function errorResponse(description: string) {
	return { content: { "application/json": { schema: errorSchema } }, description };
}

/** The answer's body for refused input: each field as `query.limit`, `param.id`, `json.paused`. */
export function refusedInput(target: string, error: z.core.$ZodError): ErrorBody {
	const fields = error.issues.map((issue) => ({ field: [target, ...issue.path.map(String)].join("."), message: issue.message }));
	return { error: { code: "invalid_input", message: fields.map((f) => `${f.field}: ${f.message}`).join("; "), fields } };
}

/** A router whose refused input becomes a 400 that names each field. */
export function createRouter<E extends Env = Env>(): OpenAPIHono<E> {
	return new OpenAPIHono<E>({
		defaultHook: (result, c) => (result.success ? undefined : c.json(refusedInput(result.target, result.error), 400)),
	});
}

const STATUS_BY_CODE: Readonly<Partial<Record<ErrorCode, ContentfulStatusCode>>> = {
	invalid_input: 400,
	not_found: 404,
	conflict: 409,
	unavailable: 503,
	timeout: 503,
	dependency_missing: 503,
};

/**
 * Turns what a route throws into an answer. Messages of {@link ArbError} are made for readers and pass; anything else is logged
 * and answered without its text, which may hold a connection string.
 */
export function answerError(error: Error, c: Context, logger: Logger): Response {
	if (error instanceof ArbError) {
		const status = STATUS_BY_CODE[error.code] ?? 500;
		if (status >= 500) logger.error({ err: error, path: c.req.path, code: error.code }, error.message);
		const body: ErrorBody = { error: { code: error.code, message: error.message } };
		return c.json(body, status);
	}
	if (error instanceof HTTPException) {
		// Raised by the validators, e.g. for a body that is not JSON.
		const isInput = error.status < 500;
		const body: ErrorBody = { error: { code: isInput ? "invalid_input" : "unavailable", message: `body: ${error.message}` } };
		return c.json(body, error.status);
	}
	logger.error({ err: error, path: c.req.path }, "request failed");
	const body: ErrorBody = {
		error: { code: "unavailable", message: "the API could not answer; see /api/health for the dependency that is down, and the API's log" },
	};
	return c.json(body, 503);
}
