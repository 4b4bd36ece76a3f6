import { ArbError } from "../../domain/errors.ts";
import { uintAt } from "../../market/protocols/abi-word.ts";
import { readArtifact } from "../artifacts.ts";
import type { DeployedPool } from "../deployed-pool.ts";
import { approval, perform } from "../desk.ts";
import type { Swap } from "../market-model.ts";
import type { PricedToken, World } from "../world.ts";
import { contractOf, type DevnetDex, type PoolDraft, towards } from "./dex.ts";
import { type StableSpec, stablePrices, stableStakes } from "./pool-curves.ts";

const NAME = "curve";
/** The order of the published contract's coins, whose decimals are part of its code. */
const COINS = ["DAI", "USDC", "USDT", "sUSD"];
const DECIMALS = [18, 6, 6, 18];
const FEE_DENOMINATOR = 10n ** 10n;

/**
 * Pools of DAI, USDC, USDT and sUSD: the one contract of Curve whose bytecode npm has. The first has amplification, fee and DAI of mainnet's 3pool as recorded
 * at block 24,407,242 (BowTiedDevil/degenbot, MIT), the second a lower amplification and the sUSD of mainnet's Uniswap V2 pair with WETH.
 */
const POOLS: readonly StableSpec[] = [
	{ tokens: COINS, amplification: 4000, feePips: 150, size: { symbol: "DAI", balance: 27_137_121.100372139 } },
	{ tokens: COINS, amplification: 200, feePips: 400, size: { symbol: "sUSD", balance: 105_379.497912256 } },
];

/** Curve's first StableSwap: `exchange` with int128 indices, which answers nothing. */
export const curve: DevnetDex = {
	name: NAME,
	family: "curve-3pool",
	artifacts: ["curveRegistry", "curvePool", "curvePoolToken"],
	pools: POOLS,
	deploy: async (chain) => ({ registry: await chain.create("curveRegistry", [chain.accounts.deployer.address]) }),
	plan: (world, contracts) => POOLS.map((spec, index) => draft(world, { registry: contractOf(contracts, "registry"), spec, index })),
	views: (pool) => {
		const { abi } = readArtifact("curvePool");
		const balances = pool.tokens.map((_, coin) => ({ to: pool.address, data: abi.encodeFunctionData("balances", [coin]) }));
		return [...balances, { to: pool.address, data: abi.encodeFunctionData("A") }];
	},
	observe: (pool, answers) => {
		const { tokens, feePips } = pool;
		const numbers = answers.map((answer) => uintAt(answer, 0));
		const ann = Number(numbers[tokens.length]) * tokens.length;
		const scales = DECIMALS.map((decimals) => 10 ** -decimals);
		return stablePrices({ tokens, balances: numbers.slice(0, tokens.length), scales, ann, feePips, feeOf: "output" });
	},
	swap,
	trade: towards(swap),
	row: (contracts) => ({ factory: contractOf(contracts, "registry"), startBlock: 0 }),
};

function swap(pool: DeployedPool, { tokenIn, tokenOut, amountIn }: Swap): string {
	const exchange = readArtifact("curvePool").abi.encodeFunctionData("exchange", [
		indexOf(pool, tokenIn),
		indexOf(pool, tokenOut),
		amountIn,
		0,
	]);
	return perform([approval({ token: tokenIn, spender: pool.address, amount: amountIn }), { to: pool.address, data: exchange }]);
}

function draft(
	world: World,
	of: {
		readonly registry: string;
		readonly spec: StableSpec;
		/** Of the pool among the dex's. */
		readonly index: number;
	},
): PoolDraft {
	const { spec, registry } = of;
	const { abi } = readArtifact("curvePool");
	const stakes = stableStakes(world, spec);
	const inOrder = COINS.map((symbol) => {
		const stake = stakes.find(({ token }) => token.symbol === symbol);
		if (stake === undefined) throw new ArbError({ code: "invalid_input", message: `a pool of Curve has no ${symbol}`, retryable: false });
		return stake;
	});
	assertDecimals(inOrder.map(({ token }) => token));
	const tokens = inOrder.map(({ token }) => token.address);
	const fee = (BigInt(spec.feePips) * FEE_DENOMINATOR) / 1_000_000n;
	return {
		create: async (chain) => {
			const { deployer } = chain.accounts;
			const token = await chain.create("curvePoolToken", [`Curve ${COINS.join("/")}`, `crv${of.index}`, 18, 0]);
			const pool = await chain.create("curvePool", [tokens, tokens, token, spec.amplification, fee]);
			await chain.call(deployer, token, readArtifact("curvePoolToken").abi.encodeFunctionData("set_minter", [pool]));
			const added = readArtifact("curveRegistry").abi.encodeFunctionData("add_pool_without_underlying", [pool, tokens.length]);
			await chain.call(deployer, registry, added);
		},
		locate: async (chain) => {
			const listed = readArtifact("curveRegistry").abi.encodeFunctionData("pool_list", [of.index]);
			const address = `0x${(await chain.read(registry, listed)).slice(-40)}`;
			const { feePips } = spec;
			return { address, family: "curve-3pool", dex: NAME, tokens, feePips, tickSpacing: 0, details: { exchange: "int128" } };
		},
		seed: async (chain, pool) => {
			const approvals = inOrder.map(({ token, amount }) => approval({ token: token.address, spender: pool.address, amount }));
			const amounts = inOrder.map(({ amount }) => amount);
			const deposit = { to: pool.address, data: abi.encodeFunctionData("add_liquidity", [amounts, 0]) };
			await chain.call(chain.accounts.market, world.desk, perform([...approvals, deposit]));
		},
	};
}

/** The contract multiplies by fixed powers of ten: other decimals would be worth other amounts to it. */
function assertDecimals(tokens: readonly PricedToken[]): void {
	for (const [coin, token] of tokens.entries()) {
		if (token.decimals === DECIMALS[coin]) continue;
		const message = `Curve's published pool counts coin ${coin} with ${DECIMALS[coin]} decimals, ${token.symbol} has ${token.decimals}`;
		throw new ArbError({ code: "invalid_input", message, retryable: false });
	}
}

function indexOf(pool: DeployedPool, token: string): number {
	const index = pool.tokens.indexOf(token);
	if (index >= 0) return index;
	throw new ArbError({ code: "not_found", message: `pool ${pool.address} of ${pool.dex} has no token ${token}`, retryable: false });
}
