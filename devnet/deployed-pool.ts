import { z } from "zod";
import { ArbError } from "../domain/errors.ts";

export const addressSchema = z.string().regex(/^0x[0-9a-f]{40}$/);

/** A pool of the devnet, as its deployment's file keeps it. */
export const deployedPoolSchema = z.object({
	/** Its contract, or its 32-byte id where one contract holds many pools. */
	address: z.string().regex(/^0x([0-9a-f]{40}|[0-9a-f]{64})$/),
	family: z.string(),
	dex: z.string(),
	/** In the pool's own order. */
	tokens: z.array(addressSchema).min(2).max(8),
	/** In millionths; that of the start where the fee moves. */
	feePips: z.int(),
	/** 0 where there are no ticks. */
	tickSpacing: z.int(),
	/** What else never changes and whoever trades there must know. */
	details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

export type DeployedPool = z.output<typeof deployedPoolSchema>;

/** A two-token pool's tokens. */
export function tokensOf(pool: DeployedPool): readonly [token0: string, token1: string] {
	const [token0, token1] = pool.tokens;
	if (token0 === undefined || token1 === undefined) {
		throw new ArbError({ code: "invalid_input", message: `pool ${pool.address} of ${pool.dex} has no two tokens`, retryable: false });
	}
	return [token0, token1];
}

/** A detail that is text: an address, a pool's id. */
export function textDetail(pool: DeployedPool, name: string): string {
	const value = pool.details[name];
	if (typeof value === "string") return value;
	throw new ArbError({ code: "not_found", message: `pool ${pool.address} of ${pool.dex} has no detail ${name}`, retryable: false });
}
