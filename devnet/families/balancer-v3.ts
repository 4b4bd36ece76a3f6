import { Interface, id, toBeHex, ZeroAddress } from "ethers";

import { uintAt } from "../../market/protocols/abi-word.ts";
import { type ArtifactName, readArtifact } from "../artifacts.ts";
import { type DeployedPool, textDetail } from "../deployed-pool.ts";
import { deskInterface, perform } from "../desk.ts";
import type { Swap } from "../market-model.ts";
import type { World } from "../world.ts";
import { contractOf, type Deploying, type DevnetDex, type DexContracts, type PoolDraft, towards } from "./dex.ts";
import {
	listAt,
	type StableSpec,
	type Stake,
	stablePrices,
	stableStakes,
	type WeightedSpec,
	wad,
	weightedPrices,
	weightedStakes,
} from "./pool-curves.ts";

/** Below this a swap, counted with 18 decimals, is refused (`VaultAdmin.getMinimumTradeAmount` of mainnet's vault). */
const MINIMUM_TRADE = 1_000_000;
/** The protocol's shares of swap fees and of yield, as mainnet's `ProtocolFeeController` began with. */
const PROTOCOL_SWAP_SHARE = wad(0.5);
const PROTOCOL_YIELD_SHARE = wad(0.1);
const VERSION = JSON.stringify({ name: "devnet", version: 1 });
const STANDARD_TOKEN = 0;
/** Pause manager, swap fee manager and creator: none. */
const NO_ROLES = [ZeroAddress, ZeroAddress, ZeroAddress];
/** Words of the answer to `getPoolTokenInfo` that tell where its balances are: in base units, and with 18 decimals and rates. */
const RAW = 2;
const SCALED = 3;
const VAULT = new Interface(["function unlock(bytes data) returns (bytes)"]);
const FACTORY = new Interface(["function getPools() view returns (address[])"]);
const POOL = new Interface([
	"function getNormalizedWeights() view returns (uint256[])",
	"function getAmplificationParameter() view returns (uint256 value, bool isUpdating, uint256 precision)",
]);

/**
 * As large as shares of mainnet's pools of the same tokens in `pools.json`; DAI/USDC with the DAI of mainnet's Balancer V2 pool with WETH, as recorded at block
 * 24,407,242 (BowTiedDevil/degenbot, MIT). Shapes and fees are chosen.
 */
const WEIGHTED: readonly WeightedSpec[] = [
	{
		...{ weights: { LINK: 0.5, WETH: 0.5 }, feePips: 3000 },
		size: { dex: "sushiswap-v2", feePips: 3000, tokens: ["LINK", "WETH"], share: 1 },
	},
	{
		...{ weights: { UNI: 0.8, WETH: 0.2 }, feePips: 10_000 },
		size: { dex: "sushiswap-v2", feePips: 3000, tokens: ["UNI", "WETH"], share: 1 },
	},
	{
		...{ weights: { USDC: 0.25, WBTC: 0.25, WETH: 0.5 }, feePips: 3000 },
		size: { dex: "sushiswap-v2", feePips: 3000, tokens: ["WBTC", "WETH"], share: 0.2 },
	},
];
const STABLE: readonly StableSpec[] = [
	{
		...{ tokens: ["USDC", "USDT"], amplification: 1000, feePips: 100 },
		size: { dex: "uniswap-v2", feePips: 3000, tokens: ["USDC", "USDT"], share: 0.01 },
	},
	{ tokens: ["DAI", "USDC"], amplification: 500, feePips: 200, size: { symbol: "DAI", balance: 63_642.228811179186 } },
];

/** Weighted pools of Balancer V3. */
export const balancerV3Weighted: DevnetDex = {
	...inVault({ name: "balancer-v3-weighted", factory: "balancerV3WeightedFactory" }),
	pools: WEIGHTED,
	plan: (world, contracts) =>
		WEIGHTED.map((spec, index) => {
			const stakes = weightedStakes(world, spec);
			const shape = stakes.map(({ weight }) => weight);
			return draft(world, { name: "balancer-v3-weighted", factory: "balancerV3WeightedFactory", contracts, index, spec, stakes, shape });
		}),
	views: (pool) => [infoView(pool), { to: pool.address, data: POOL.encodeFunctionData("getNormalizedWeights") }],
	observe: (pool, [info = "0x", weights = "0x"]) =>
		weightedPrices({
			...{ tokens: pool.tokens, balances: listAt(info, RAW), feePips: pool.feePips },
			weights: listAt(weights, 0),
		}),
};

/** Stable pools of Balancer V3, of tokens whose rate is 1. */
export const balancerV3Stable: DevnetDex = {
	...inVault({ name: "balancer-v3-stable", factory: "balancerV3StableFactory" }),
	pools: STABLE,
	plan: (world, contracts) =>
		STABLE.map((spec, index) => {
			const [stakes, shape] = [stableStakes(world, spec), spec.amplification];
			return draft(world, { name: "balancer-v3-stable", factory: "balancerV3StableFactory", contracts, index, spec, stakes, shape });
		}),
	views: (pool) => [infoView(pool), { to: pool.address, data: POOL.encodeFunctionData("getAmplificationParameter") }],
	observe: (pool, [info = "0x", amplification = "0x"]) => {
		const [raw, scaled] = [listAt(info, RAW), listAt(info, SCALED)];
		const { tokens, feePips } = pool;
		const scales = raw.map((balance, i) => Number(scaled[i]) / 1e18 / Number(balance));
		const ann = (Number(uintAt(amplification, 0)) / Number(uintAt(amplification, 2))) * tokens.length;
		return stablePrices({ tokens, balances: raw, scales, ann, feePips, feeOf: "input" });
	},
};

/** The vault, its two extensions and its fee controller, each of which must know the vault before it is there. */
export async function deployVaultV3(chain: Deploying, of: { readonly authorizer: string }): Promise<string> {
	const vault = chain.nextAddress(3);
	const admin = await chain.create("balancerV3VaultAdmin", [vault, 0, 0, MINIMUM_TRADE, MINIMUM_TRADE]);
	const extension = await chain.create("balancerV3VaultExtension", [vault, admin]);
	const fees = await chain.create("balancerV3Fees", [vault, PROTOCOL_SWAP_SHARE, PROTOCOL_YIELD_SHARE]);
	return chain.create("balancerV3Vault", [extension, of.authorizer, fees]);
}

/** What {@link deployVaultV3} deploys. */
export const VAULT_V3_ARTIFACTS: readonly ArtifactName[] = [
	...(["balancerV3VaultAdmin", "balancerV3VaultExtension", "balancerV3Fees", "balancerV3Vault"] as const),
];

/** What both kinds of pools have in common: the vault holds, initialises and swaps. */
function inVault(of: { readonly name: string; readonly factory: ArtifactName }) {
	return {
		...{ name: of.name, family: of.name, artifacts: [of.factory], swap, trade: towards(swap) },
		deploy: async (chain: Deploying, { vaultV3: vault }: World) => ({
			vault,
			factory: await chain.create(of.factory, [vault, 0, VERSION, VERSION]),
		}),
		row: (contracts: DexContracts) => ({ factory: contractOf(contracts, "factory"), vault: contractOf(contracts, "vault"), startBlock: 0 }),
	};
}

function swap(pool: DeployedPool, { tokenIn, tokenOut, amountIn }: Swap): string {
	const callback = deskInterface().encodeFunctionData("balancerV3Swap", [pool.address, tokenIn, tokenOut, amountIn]);
	return perform([{ to: textDetail(pool, "vault"), data: VAULT.encodeFunctionData("unlock", [callback]) }]);
}

function draft(
	{ desk, vaultV3: vault }: World,
	of: {
		readonly name: string;
		readonly factory: ArtifactName;
		readonly contracts: DexContracts;
		/** Of the pool among those of its factory. */
		readonly index: number;
		readonly spec: { readonly feePips: number };
		readonly stakes: readonly Stake[];
		/** Weights or amplification, as the factory takes them. */
		readonly shape: readonly bigint[] | number;
	},
): PoolDraft {
	const factory = contractOf(of.contracts, "factory");
	const { feePips } = of.spec;
	const tokens = of.stakes.map(({ token }) => token.address);
	const symbols = of.stakes.map(({ token }) => token.symbol);
	return {
		create: async (chain) => {
			const configs = tokens.map((token) => [token, STANDARD_TOKEN, ZeroAddress, false]);
			const data = readArtifact(of.factory).abi.encodeFunctionData("create", [
				...[`Balancer V3 ${symbols.join(" ")}`, `B3-${symbols.join("-")}`, configs, of.shape, NO_ROLES, wad(feePips / 1e6)],
				...[ZeroAddress, false, false, id(`${of.name} ${of.index}`)],
			]);
			await chain.call(chain.accounts.deployer, factory, data);
		},
		locate: async (chain) => {
			const pools = listAt(await chain.read(factory, FACTORY.encodeFunctionData("getPools")), 0);
			const address = toBeHex(pools[of.index] ?? 0n, 20);
			return { address, family: of.name, dex: of.name, tokens, feePips, tickSpacing: 0, details: { vault } };
		},
		seed: async (chain, pool) => {
			const amounts = of.stakes.map(({ amount }) => amount);
			const callback = deskInterface().encodeFunctionData("balancerV3Initialize", [pool.address, tokens, amounts]);
			await chain.call(chain.accounts.market, desk, perform([{ to: vault, data: VAULT.encodeFunctionData("unlock", [callback]) }]));
		},
	};
}

function infoView(pool: DeployedPool) {
	const data = readArtifact("balancerV3VaultExtension").abi.encodeFunctionData("getPoolTokenInfo", [pool.address]);
	return { to: textDetail(pool, "vault"), data };
}
