import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";
import { SinglePool, type TokenIndices } from "../rust-wasm/single-pool.ts";
import { LineWriter, readLines } from "./lines.ts";

const token = z.union([z.string().min(1), z.number().int().min(0)]);
const caseSchema = z.object({
	pool: z.looseObject({
		family: z.string(),
		tokens: z.array(z.string()).optional(),
		token0: z.string().optional(),
		token1: z.string().optional(),
	}),
	tokenIn: token,
	tokenOut: token,
	amountIn: z.string().regex(/^\d+$/, "must be a decimal string of base units"),
});
type Case = z.output<typeof caseSchema>;

/**
 * `arb quote --file FILE`: a line of JSON for each line of the file, in order: `{"amountOut"}`, or `{"error": {"code", "message"}}` for one that cannot be
 * answered. True where all could be.
 */
export async function quoteCommand(file: string, options: { readonly experimental?: boolean }): Promise<boolean> {
	const out = new LineWriter();
	let isGood = true;
	// Files are mostly sorted by pool: the last state is kept.
	let last: { readonly state: string; readonly pool: SinglePool } | undefined;
	const poolOf = (state: Case["pool"]): SinglePool => {
		const text = JSON.stringify(state);
		if (last?.state !== text) {
			const pool = new SinglePool(state, options);
			last?.pool[Symbol.dispose]();
			last = { state: text, pool };
		}
		return last.pool;
	};
	for await (const { text } of readLines(file)) {
		try {
			const asked = readCase(text);
			const amountOut = poolOf(asked.pool).quote(indices(asked), BigInt(asked.amountIn));
			await out.write(JSON.stringify({ amountOut: amountOut.toString() }));
		} catch (error) {
			isGood = false;
			await out.write(JSON.stringify({ error: { code: codeOf(error), message: messageOf(error) } }));
		}
	}
	await out.flush();
	last?.pool[Symbol.dispose]();
	return isGood;
}

function readCase(text: string): Case {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw invalid(`no JSON: ${messageOf(error)}`);
	}
	const parsed = caseSchema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw invalid(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
}

/** Tokens by address, or by their index in the pool. */
function indices({ pool, tokenIn, tokenOut }: Case): TokenIndices {
	const pair = pool.token0 === undefined || pool.token1 === undefined ? undefined : [pool.token0, pool.token1];
	const addresses = (pool.tokens ?? pair)?.map((address) => address.toLowerCase());
	const index = (of: string | number, field: string): number => {
		if (typeof of === "number") return of;
		const found = addresses?.indexOf(of.toLowerCase()) ?? -1;
		if (found < 0) throw invalid(`${field}: the pool's tokens do not have ${of}`);
		return found;
	};
	return { from: index(tokenIn, "tokenIn"), to: index(tokenOut, "tokenOut") };
}

function invalid(message: string): ArbError {
	return new ArbError({ code: "invalid_input", message, retryable: false });
}

/** A refusal's name, which an engine's message starts with; else the error's code. */
function codeOf(error: unknown): string {
	if (!(error instanceof ArbError)) return "internal";
	return error.code === "engine" ? (error.message.split(":")[0] ?? "engine") : error.code;
}
