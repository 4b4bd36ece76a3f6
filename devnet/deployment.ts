import { createHash } from "node:crypto";
import { parseEther } from "ethers";
import { z } from "zod";
import { ArbError } from "../domain/errors.ts";
import { devnetAccounts, type Signer } from "./accounts.ts";
import { type ArtifactName, readArtifact } from "./artifacts.ts";
import { ChainWriter } from "./chain-writer.ts";
import { addressSchema, deployedPoolSchema } from "./deployed-pool.ts";
import { DEXES } from "./families/all.ts";
import { deployVaultV3, VAULT_V3_ARTIFACTS } from "./families/balancer-v3.ts";
import type { DexContracts } from "./families/dex.ts";
import { LENDERS } from "./lenders/all.ts";
import { hexQuantity, type Rpc } from "./rpc.ts";
import { readPoolFacts, tokenPrices, WRAPPED_NATIVE_SYMBOL } from "./seeding.ts";
import type { PricedToken, World } from "./world.ts";

/** Where everything is; kept beside the chain's state. */
export const deploymentSchema = z.object({
	/** {@link deploymentVersion} of what was deployed. */
	version: z.string(),
	chainId: z.int().min(1),
	weth: addressSchema,
	tokens: z.array(z.object({ address: addressSchema, symbol: z.string(), decimals: z.int() })),
	/** Each dex's contracts by what they are. */
	dexes: z.record(z.string(), z.record(z.string(), addressSchema)),
	vault: addressSchema,
	vaultV3: addressSchema,
	/** Beside the vault. */
	lenders: z.array(z.object({ kind: z.enum(["aave-v3", "morpho-blue"]), address: addressSchema })),
	desk: addressSchema,
	searcher: addressSchema,
	executor: addressSchema,
	distributor: addressSchema,
	pools: z.array(deployedPoolSchema),
});

export type Deployment = z.output<typeof deploymentSchema>;

/** ETH at the start. The market's and the lender's depth is far above what one cycle can move. */
const MARKET_ETH = parseEther("20000000");
const DESK_WETH = parseEther("10000000");
/** For pools of the native coin itself. */
const DESK_ETH = parseEther("2000000");
const VAULT_WETH = parseEther("200000");
const SEARCHER_WETH = parseEther("2000");
const TREASURY_ETH = parseEther("1000");
const OPERATOR_ETH = parseEther("10");
/** Gas for days of searching; the profits stay in its contract. */
const COMPETITOR_ETH = parseEther("100000");
const SMALL_ETH = parseEther("100");
/** The desk's stock of each token, in wei of WETH worth: the stablecoin pools alone lock some 5 × 10^25. */
const DESK_TOKEN_WORTH = 1e27;
const VAULT_TOKEN_WORTH = 1e23;

/** As the executor numbers them (`IArbitrageExecutor.setLender`); the Balancer vault is its first lender from its creation on. */
const EXECUTOR_LENDER_KINDS = { "aave-v3": 2, "morpho-blue": 3 } as const;

/** What is deployed besides the dexes. */
const CORE_ARTIFACTS: readonly ArtifactName[] = [
	...VAULT_V3_ARTIFACTS,
	"weth",
	"token",
	"authorizer",
	"vault",
	"desk",
	"searcher",
	"executor",
	"distributor",
];

/**
 * Deploys everything onto a fresh chain from fixed accounts in a fixed order, so that every devnet has the same addresses. Three stages, each a block:
 * contracts and their stocks, pools, liquidity.
 *
 * @throws ArbError `chain` that names the transaction that failed
 */
export async function deploy(rpc: Rpc, chainId: number): Promise<Deployment> {
	await fund(rpc);
	const writer = new ChainWriter(rpc);
	const { world, contracts } = await deployCore(writer);
	const dexes: Record<string, DexContracts> = {};
	const planned = [];
	for (const dex of DEXES) {
		const own = await dex.deploy(writer, world);
		dexes[dex.name] = own;
		planned.push(...dex.plan(world, own));
	}
	const lenders = [];
	for (const lender of LENDERS) {
		const address = await lender.deploy(writer, world);
		lenders.push({ kind: lender.kind, address });
		const allowed = readArtifact("executor").abi.encodeFunctionData("setLender", [address, EXECUTOR_LENDER_KINDS[lender.kind]]);
		await writer.call(writer.accounts.treasury, contracts.executor, allowed);
	}
	await writer.settle();

	for (const draft of planned) await draft.create(writer);
	await writer.settle();

	const pools = await Promise.all(planned.map((draft) => draft.locate(writer)));
	for (const [i, draft] of planned.entries()) {
		const pool = pools[i];
		if (pool !== undefined) await draft.seed(writer, pool);
	}
	await writer.settle();
	const { weth, desk, vault, vaultV3 } = world;
	const tokens = world.tokens.map(({ address, symbol, decimals }) => ({ address, symbol, decimals }));
	return deploymentSchema.parse({
		version: deploymentVersion(),
		chainId,
		weth,
		tokens,
		dexes,
		vault,
		vaultV3,
		lenders,
		desk,
		...contracts,
		pools,
	});
}

/** Tokens, the lender, our contracts and the market's, and what each of them holds. */
async function deployCore(writer: ChainWriter) {
	const { deployer, treasury, market, competitor, operators } = writer.accounts;
	const facts = readPoolFacts();
	const prices = tokenPrices(facts);
	const weth = await writer.create("weth");
	const tokens: PricedToken[] = [];
	for (const { symbol, decimals } of facts.tokens) {
		const price = prices.get(symbol);
		if (price === undefined) {
			throw new ArbError({ code: "not_found", message: `no price for token ${symbol} in pools.json`, retryable: false });
		}
		const address = symbol === WRAPPED_NATIVE_SYMBOL ? weth : await writer.create("token", [symbol, decimals]);
		tokens.push({ address, symbol, decimals, price });
	}
	const authorizer = await writer.create("authorizer", [deployer.address]);
	const vault = await writer.create("vault", [authorizer, weth, 0, 0]);
	const vaultV3 = await deployVaultV3(writer, { authorizer });
	const desk = await writer.create("desk", [market.address]);
	const searcher = await writer.create("searcher", [competitor.address]);
	const executor = await writer.create("executor", [treasury.address, vault, treasury.address]);
	const distributor = await writer.create("distributor", [treasury.address, weth]);

	const token = readArtifact("token").abi;
	const wrapped = readArtifact("weth").abi;
	await writer.call(market, weth, wrapped.encodeFunctionData("deposit"), DESK_WETH + VAULT_WETH + SEARCHER_WETH);
	for (const [to, amount] of [
		[desk, DESK_WETH],
		[vault, VAULT_WETH],
		[searcher, SEARCHER_WETH],
	] as const) {
		await writer.call(market, weth, wrapped.encodeFunctionData("transfer", [to, amount]));
	}
	await writer.call(market, desk, "0x", DESK_ETH);
	for (const { address, price } of tokens) {
		if (address === weth) continue;
		const units = (worth: number): bigint => BigInt(Math.round(worth / price));
		await writer.call(deployer, address, token.encodeFunctionData("mint", [desk, units(DESK_TOKEN_WORTH)]));
		await writer.call(deployer, address, token.encodeFunctionData("mint", [vault, units(VAULT_TOKEN_WORTH)]));
	}
	const { abi } = readArtifact("executor");
	for (const operator of operators) {
		await writer.call(treasury, executor, abi.encodeFunctionData("setOperator", [operator.address, true]));
	}
	const world: World = { facts, tokens, weth, desk, vault, vaultV3 };
	return { world, contracts: { searcher, executor, distributor } };
}

/** Changes with any contract and any seed: a kept chain of another version carries contracts that the code no longer knows. */
export function deploymentVersion(): string {
	const artifacts = [...CORE_ARTIFACTS, ...[...DEXES, ...LENDERS].flatMap(({ artifacts }) => artifacts)];
	const deciding = [artifacts.map((name) => readArtifact(name).bytecode), readPoolFacts(), DEXES.map((dex) => dex.pools)];
	return `0x${createHash("sha256").update(JSON.stringify(deciding)).digest("hex")}`;
}

async function fund(rpc: Rpc): Promise<void> {
	const accounts = devnetAccounts();
	const balances: (readonly [Signer, bigint])[] = [
		[accounts.deployer, SMALL_ETH],
		[accounts.treasury, TREASURY_ETH],
		[accounts.market, MARKET_ETH],
		[accounts.competitor, COMPETITOR_ETH],
		...accounts.operators.map((operator) => [operator, OPERATOR_ETH] as const),
		...accounts.shares.map((share) => [share, SMALL_ETH] as const),
	];
	await Promise.all(balances.map(([signer, balance]) => rpc.call("anvil_setBalance", signer.address, hexQuantity(balance))));
}
