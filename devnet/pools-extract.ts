import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { ArbError } from "../domain/errors.ts";

/**
 * Writes `devnet/pools.json` from the pool states of bancorprotocol/fastlane-bot, kept outside the repository:
 * `node devnet/pools-extract.ts ../shared/data/pools/mainnet-17105k.jsonl`.
 */
const tokenSchema = z.object({ address: z.string(), symbol: z.string(), decimals: z.int() });
const rowSchema = z.object({
	dex: z.string(),
	address: z.string(),
	block: z.int(),
	fee: z.number(),
	token0: tokenSchema,
	token1: tokenSchema,
	kind: z.string(),
	reserve0: z.string().optional(),
	reserve1: z.string().optional(),
	sqrtPriceX96: z.string().optional(),
	liquidity: z.string().optional(),
	tickSpacing: z.int().optional(),
});

type Row = z.output<typeof rowSchema>;

/** `dex feePips token token`: a mix of depths, fee tiers and triangles around WETH. */
const SELECTION = [
	"uniswap_v2 3000 USDC WETH",
	"sushiswap_v2 3000 USDC WETH",
	"uniswap_v3 100 USDC WETH",
	"uniswap_v3 500 USDC WETH",
	"uniswap_v3 3000 USDC WETH",
	"uniswap_v3 10000 USDC WETH",
	"uniswap_v2 3000 WETH USDT",
	"sushiswap_v2 3000 WETH USDT",
	"uniswap_v3 500 WETH USDT",
	"uniswap_v3 3000 WETH USDT",
	"sushiswap_v2 3000 DAI WETH",
	"uniswap_v3 500 DAI WETH",
	"uniswap_v3 3000 DAI WETH",
	"sushiswap_v2 3000 WBTC WETH",
	"uniswap_v3 500 WBTC WETH",
	"uniswap_v3 3000 WBTC WETH",
	"uniswap_v2 3000 LINK WETH",
	"sushiswap_v2 3000 LINK WETH",
	"uniswap_v3 3000 LINK WETH",
	"sushiswap_v2 3000 UNI WETH",
	"uniswap_v3 3000 UNI WETH",
	"sushiswap_v2 3000 AAVE WETH",
	"uniswap_v3 3000 AAVE WETH",
	"uniswap_v2 3000 MKR WETH",
	"sushiswap_v2 3000 MKR WETH",
	"uniswap_v3 3000 MKR WETH",
	"uniswap_v2 3000 COMP WETH",
	"sushiswap_v2 3000 COMP WETH",
	"uniswap_v3 3000 COMP WETH",
	"uniswap_v2 3000 WETH CRV",
	"sushiswap_v2 3000 WETH CRV",
	"uniswap_v3 3000 WETH CRV",
	"uniswap_v2 3000 USDC USDT",
	"uniswap_v3 100 USDC USDT",
	"uniswap_v3 100 DAI USDC",
	"uniswap_v3 3000 WBTC USDC",
	"uniswap_v3 500 WBTC USDC",
	"uniswap_v3 3000 LINK USDC",
	"uniswap_v3 3000 UNI USDC",
];

/** Pools that others take a price and a size from: Curve's pool needs a fourth coin. */
const REFERENCES = ["uniswap_v2 3000 sUSD WETH"];

const source = process.argv[2];
if (source === undefined) {
	throw new ArbError({ code: "invalid_input", message: "usage: node devnet/pools-extract.ts FILE.jsonl", retryable: false });
}

/** The deepest row of a selection line: forks of a token's symbol have next to nothing in their pools. */
function depth(row: Row): bigint {
	return row.liquidity === undefined ? BigInt(row.reserve0 ?? "0") * BigInt(row.reserve1 ?? "0") : BigInt(row.liquidity) ** 2n;
}

const best = new Map<string, Row>();
for (const line of readFileSync(source, "utf8").split("\n")) {
	if (line === "") continue;
	const row = rowSchema.parse(JSON.parse(line));
	const key = `${row.dex} ${Math.round(row.fee * 1e6)} ${row.token0.symbol} ${row.token1.symbol}`;
	const known = best.get(key);
	if (known === undefined || depth(row) > depth(known)) best.set(key, row);
}

const poolOf = (key: string) => {
	const row = best.get(key);
	if (row === undefined) throw new ArbError({ code: "not_found", message: `${source} has no pool "${key}"`, retryable: false });
	const facts =
		row.liquidity === undefined
			? { reserve0: row.reserve0, reserve1: row.reserve1 }
			: { sqrtPriceX96: row.sqrtPriceX96, liquidity: row.liquidity, tickSpacing: row.tickSpacing };
	return {
		dex: { uniswap_v2: "uniswap-v2", sushiswap_v2: "sushiswap-v2", uniswap_v3: "uniswap-v3" }[row.dex],
		feePips: Math.round(row.fee * 1e6),
		token0: row.token0.symbol,
		token1: row.token1.symbol,
		mainnetAddress: row.address.toLowerCase(),
		block: row.block,
		...facts,
	};
};
const tokens = new Map<string, { readonly symbol: string; readonly decimals: number; readonly mainnetAddress: string }>();
for (const key of [...SELECTION, ...REFERENCES]) {
	const row = best.get(key);
	for (const token of row === undefined ? [] : [row.token0, row.token1]) {
		const known = tokens.get(token.symbol);
		if (known !== undefined && known.mainnetAddress !== token.address.toLowerCase()) {
			throw new ArbError({ code: "conflict", message: `two tokens named ${token.symbol} in the selected pools`, retryable: false });
		}
		tokens.set(token.symbol, { symbol: token.symbol, decimals: token.decimals, mainnetAddress: token.address.toLowerCase() });
	}
}
const file = {
	source:
		"Ethereum mainnet pool states of github.com/bancorprotocol/fastlane-bot (MIT), blocks as given per pool; extracted by devnet/pools-extract.ts.",
	alignment:
		"Sizes are the real ones. The states are of different blocks, so the devnet seeds every pool at one price per token, that of the token's deepest pool with WETH here (devnet/seeding.ts).",
	tokens: [...tokens.values()],
	pools: SELECTION.map(poolOf),
	references: REFERENCES.map(poolOf),
};
writeFileSync(new URL("./pools.json", import.meta.url), `${JSON.stringify(file, null, "\t")}\n`);
