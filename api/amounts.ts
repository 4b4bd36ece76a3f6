import { z } from "@hono/zod-openapi";
import type { ChainConfig } from "../config/chain.ts";
import { type Amount, formatUnits } from "../domain/amount.ts";
import { checksummed } from "./checksum.ts";

/** An amount as it is on chain and as a person reads it. `formatted` is exact, in whole tokens; null where the decimals are unknown. */
export const tokenAmountSchema = z
	.object({
		raw: z.string().openapi({ example: "1250000000000000000" }),
		formatted: z.string().nullable().openapi({ example: "1.25" }),
		symbol: z.string().openapi({ example: "WETH" }),
		decimals: z.number().int().nullable(),
		token: z.string().nullable().openapi({ description: "Checksummed token address; null for the native coin" }),
	})
	.openapi("TokenAmount");
export type TokenAmount = z.infer<typeof tokenAmountSchema>;

export const tokenSchema = z
	.object({
		address: z.string(),
		symbol: z.string(),
		decimals: z.number().int().nullable(),
	})
	.openapi("Token");
export type TokenFacts = z.infer<typeof tokenSchema>;

/** Decimals of the native coin on every EVM chain. */
const NATIVE_DECIMALS = 18;

/** `0x1234…abcd`, where a token has no known symbol. */
export function shortAddress(address: string): string {
	return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** What is known of a token; its short address stands for the symbol of one that the chain's settings do not list. */
export function describeToken(chain: ChainConfig | null, address: string): TokenFacts {
	const known = chain?.tokens.find((token) => token.address === address.toLowerCase());
	return {
		address: checksummed(address),
		symbol: known?.symbol ?? shortAddress(address),
		decimals: known?.decimals ?? null,
	};
}

export function tokenAmount(chain: ChainConfig | null, token: string, raw: Amount): TokenAmount {
	const facts = describeToken(chain, token);
	return {
		raw,
		formatted: facts.decimals === null ? null : formatUnits(BigInt(raw), facts.decimals),
		symbol: facts.symbol,
		decimals: facts.decimals,
		token: facts.address,
	};
}

/** Symbol of the native coin: the wrapped token's without its W (`WETH` wraps `ETH`). */
export function nativeSymbol(chain: ChainConfig | null): string {
	const wrapped = chain?.tokens.find((token) => token.address === chain.wrappedNative)?.symbol;
	return wrapped === undefined ? "native" : wrapped.replace(/^W/, "");
}

export function nativeAmount(chain: ChainConfig | null, wei: Amount): TokenAmount {
	return {
		raw: wei,
		formatted: formatUnits(BigInt(wei), NATIVE_DECIMALS),
		symbol: nativeSymbol(chain),
		decimals: NATIVE_DECIMALS,
		token: null,
	};
}
