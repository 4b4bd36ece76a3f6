import type { Deployment } from "../../config/dexes/deployment.ts";
import type { Lender } from "../../config/lenders/lender.ts";

/** A call whose answer shows that a contract is what its row says. */
export interface Question {
	/** Which of the row's contracts is asked. */
	readonly contract: string;
	readonly address: string;
	/** Solidity signature with its return types. */
	readonly signature: string;
	readonly args: readonly unknown[];
	/** Which of several return values is looked at; the first where absent. */
	readonly value?: number;
	/** The answer, lower case; any but 0; or any at all. */
	readonly expected: { readonly is: string } | "non-zero" | "anything";
}

type Asking = (row: Deployment) => readonly Question[];

/** How the factories of a family are asked. Families that are not here have contracts and nothing known to ask. */
const BY_FAMILY: Readonly<Record<string, Asking>> = {
	"uniswap-v2": (row) => [...lookUp(row, "getPair(address,address)", []), ...count(row, "allPairsLength()")],
	"camelot-v2": (row) => [...lookUp(row, "getPair(address,address)", []), ...count(row, "allPairsLength()")],
	"solidly-v1": (row) => [...lookUp(row, "getPair(address,address,bool)", [row.knownPool?.stable]), ...count(row, "allPairsLength()")],
	"velodrome-v1": (row) => [...lookUp(row, "getPair(address,address,bool)", [row.knownPool?.stable]), ...count(row, "allPairsLength()")],
	"velodrome-v2": (row) => [...lookUp(row, "getPool(address,address,bool)", [row.knownPool?.stable]), ...cloned(row, "implementation()")],
	"aerodrome-v2": (row) => [...lookUp(row, "getPool(address,address,bool)", [row.knownPool?.stable]), ...cloned(row, "implementation()")],
	"slipstream-cl": (row) => [
		...lookUp(row, "getPool(address,address,int24)", [row.knownPool?.tickSpacing]),
		...cloned(row, "poolImplementation()"),
	],
	"uniswap-v3": (row) => [...lookUp(row, "getPool(address,address,uint24)", [row.knownPool?.fee]), ...tiers(row), ...owned(row)],
	"pancake-v3": (row) => [
		...lookUp(row, "getPool(address,address,uint24)", [row.knownPool?.fee]),
		...tiers(row),
		...owned(row),
		...deployer(row),
	],
	"ramses-v2": (row) => lookUp(row, "getPool(address,address,uint24)", [row.knownPool?.fee]),
	"algebra-v1": (row) => [...lookUp(row, "poolByPair(address,address)", []), ...deployer(row)],
	"algebra-integral": (row) => deployer(row),
	"uniswap-v4": (row) => ofVault(row, "owner() view returns (address)", "non-zero"),
	"balancer-v2-weighted": balancerV2,
	"balancer-v2-stable": balancerV2,
	"balancer-v3-weighted": (row) => ofVault(row, "getVaultExtension() view returns (address)", "non-zero"),
	"balancer-v3-stable": (row) => ofVault(row, "getVaultExtension() view returns (address)", "non-zero"),
	"curve-3pool": (row) => ofFactory(row, "get_registry() view returns (address)", [], "non-zero"),
	"curve-crypto-v1": (row) => count(row, "pool_count()"),
	"stableswap-ng": (row) => count(row, "pool_count()"),
	"tricrypto-ng": (row) => count(row, "pool_count()"),
	"twocrypto-ng": (row) => count(row, "pool_count()"),
	"dodo-v2": (row) => ofFactory(row, "_OWNER_() view returns (address)", [], "anything"),
	"liquidity-book-v2.0": (row) => count(row, "getNumberOfLBPairs()"),
	"liquidity-book-v2.1": (row) => count(row, "getNumberOfLBPairs()"),
	"liquidity-book-v2.2": (row) => count(row, "getNumberOfLBPairs()"),
	"wombat-v2": (row) => count(row, "poolLength()"),
	"woofi-v2": (row) => [
		...ofVault(row, "quoteToken() view returns (address)", "non-zero"),
		...(row.router === undefined || row.vault === undefined
			? []
			: [ask("router", row.router, "wooPool() view returns (address)", [], { is: row.vault })]),
	],
};

/** What the contracts of a dex should answer. */
export function questionsOf(row: Deployment): readonly Question[] {
	const pool = row.knownPool;
	const [token0, token1] = [...(pool?.tokens ?? [])].sort();
	const ofPool =
		pool === undefined || token0 === undefined || token1 === undefined
			? []
			: [
					ask("pool", pool.address, "token0() view returns (address)", [], { is: token0 }),
					ask("pool", pool.address, "token1() view returns (address)", [], { is: token1 }),
				];
	return [...(BY_FAMILY[row.family]?.(row) ?? []), ...ofPool];
}

/** What a lender should answer: its fee, where it tells one. */
export function questionsOfLender(lender: Lender): readonly Question[] {
	if (lender.fee.kind !== "on-chain") return [];
	// A call through another contract, written `a().b()`, is asked for its first part.
	const [first = ""] = lender.fee.read.split(".");
	const isAddress = lender.fee.read.includes(".");
	return [
		ask("lender", lender.address, `${first} view returns (${isAddress ? "address" : "uint128"})`, [], isAddress ? "non-zero" : "anything"),
	];
}

function ask(contract: string, address: string, signature: string, args: readonly unknown[], expected: Question["expected"]): Question {
	return { contract, address, signature, args, expected };
}

function ofFactory(row: Deployment, signature: string, args: readonly unknown[], expected: Question["expected"]): readonly Question[] {
	return row.factory === undefined ? [] : [ask("factory", row.factory, signature, args, expected)];
}

function ofVault(row: Deployment, signature: string, expected: Question["expected"]): readonly Question[] {
	return row.vault === undefined ? [] : [ask("vault", row.vault, signature, [], expected)];
}

/** The factory's own answer for the known pool. */
function lookUp(row: Deployment, signature: string, key: readonly unknown[]): readonly Question[] {
	if (row.knownPool === undefined) return [];
	return ofFactory(row, `${signature} view returns (address)`, [...row.knownPool.tokens, ...key], { is: row.knownPool.address });
}

function count(row: Deployment, signature: string): readonly Question[] {
	return ofFactory(row, `${signature} view returns (uint256)`, [], "non-zero");
}

function owned(row: Deployment): readonly Question[] {
	return ofFactory(row, "owner() view returns (address)", [], "anything");
}

function tiers(row: Deployment): readonly Question[] {
	if (row.fee.kind !== "tiers") return [];
	return row.fee.tiers.flatMap(({ pips, tickSpacing }) =>
		ofFactory(row, "feeAmountTickSpacing(uint24) view returns (int24)", [pips], { is: String(tickSpacing) }),
	);
}

function cloned(row: Deployment, signature: string): readonly Question[] {
	if (row.derivation?.by !== "clone") return [];
	return ofFactory(row, `${signature} view returns (address)`, [], { is: row.derivation.implementation });
}

function deployer(row: Deployment): readonly Question[] {
	return ofFactory(
		row,
		"poolDeployer() view returns (address)",
		[],
		row.poolDeployer === undefined ? "non-zero" : { is: row.poolDeployer },
	);
}

function balancerV2(row: Deployment): readonly Question[] {
	return [
		...ofVault(row, "getAuthorizer() view returns (address)", "non-zero"),
		...(row.vault === undefined ? [] : ofFactory(row, "getVault() view returns (address)", [], { is: row.vault })),
	];
}
