import { z } from "@hono/zod-openapi";
import type { ChainConfig } from "../../config/chain.ts";
import { ArbError } from "../../domain/errors.ts";

/** Query parameter of figures that are sums: those of two chains are in two coins and cannot be added. */
export const chainQueryParam = z.coerce
	.number()
	.int()
	.min(1)
	.optional()
	.openapi({ param: { name: "chainId", in: "query" }, type: "integer", description: "The first configured chain where absent" });

/** The chain that is asked for, or the first. */
export function chosenChain(chains: readonly ChainConfig[], chainId: number | undefined): ChainConfig {
	const chain = chainId === undefined ? chains[0] : chains.find((candidate) => candidate.chainId === chainId);
	if (chain !== undefined) return chain;
	throw new ArbError({
		code: "not_found",
		message: `chain ${chainId ?? "(none)"} is not configured; configured: ${chains.map((known) => known.chainId).join(", ")}`,
		retryable: false,
	});
}
