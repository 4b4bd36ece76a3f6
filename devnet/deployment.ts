import { AbiCoder, concat, getCreateAddress, id, parseEther } from "ethers";
import { z } from "zod";
import { ArbError } from "../domain/errors.ts";
import { type DevnetAccounts, devnetAccounts, type Signer } from "./accounts.ts";
import { ARTIFACT_NAMES, type Artifact, type ArtifactName, readArtifact } from "./artifacts.ts";
import { hexQuantity, type Rpc } from "./rpc.ts";
import { readPoolFacts, seedOf, tokenPrices, WRAPPED_NATIVE_SYMBOL } from "./seeding.ts";

const address = z.string().regex(/^0x[0-9a-f]{40}$/);
const deployedPoolSchema = z.object({
	address,
	family: z.enum(["uniswap-v2", "uniswap-v3"]),
	dex: z.string(),
	token0: address,
	token1: address,
	feePips: z.int(),
});

/** Where everything is; kept beside the chain's state. */
export const deploymentSchema = z.object({
	/** {@link deploymentVersion} of what was deployed. */
	version: z.string(),
	chainId: z.int().min(1),
	weth: address,
	tokens: z.array(z.object({ address, symbol: z.string(), decimals: z.int() })),
	uniswapV2Factory: address,
	sushiFactory: address,
	uniswapV3Factory: address,
	vault: address,
	desk: address,
	searcher: address,
	executor: address,
	distributor: address,
	pools: z.array(deployedPoolSchema),
});

export type Deployment = z.output<typeof deploymentSchema>;
export type DeployedPool = Deployment["pools"][number];

/** ETH at the start. The market's and the lender's depth is far above what one cycle can move. */
const MARKET_ETH = parseEther("20000000");
const DESK_WETH = parseEther("10000000");
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

const DEPLOY_FEE_WEI = 20_000_000_000n;

/**
 * Deploys everything onto a fresh chain from fixed accounts in a fixed order, so that every devnet has the same addresses.
 *
 * @throws ArbError `chain` that names the transaction that failed
 */
export async function deploy(rpc: Rpc, chainId: number): Promise<Deployment> {
	const accounts = devnetAccounts();
	await fund(rpc, accounts);
	const sender = new Sender(rpc, chainId);
	const facts = readPoolFacts();
	const prices = tokenPrices(facts);

	const create = (name: ArtifactName, values: readonly unknown[] = []): Promise<string> => sender.create(accounts.deployer, name, values);
	const weth = await create("weth");
	const tokens: { readonly address: string; readonly symbol: string; readonly decimals: number }[] = [];
	for (const { symbol, decimals } of facts.tokens) {
		const isWeth = symbol === WRAPPED_NATIVE_SYMBOL;
		tokens.push({ address: isWeth ? weth : await create("token", [symbol, decimals]), symbol, decimals });
	}
	const { deployer, treasury, market, competitor } = accounts;
	const uniswapV2Factory = await create("uniswapV2Factory", [deployer.address]);
	const sushiFactory = await create("sushiFactory", [deployer.address]);
	const uniswapV3Factory = await create("uniswapV3Factory");
	const authorizer = await create("authorizer", [deployer.address]);
	const vault = await create("vault", [authorizer, weth, 0, 0]);
	const desk = await create("desk", [market.address]);
	const searcher = await create("searcher", [competitor.address]);
	const executor = await create("executor", [treasury.address, vault, treasury.address]);
	const distributor = await create("distributor", [treasury.address, weth]);
	await sender.settle();

	const token = readArtifact("token").abi;
	const wrapped = readArtifact("weth").abi;
	await sender.call(market, weth, wrapped.encodeFunctionData("deposit"), DESK_WETH + VAULT_WETH + SEARCHER_WETH);
	for (const [to, amount] of [
		[desk, DESK_WETH],
		[vault, VAULT_WETH],
		[searcher, SEARCHER_WETH],
	] as const) {
		await sender.call(market, weth, wrapped.encodeFunctionData("transfer", [to, amount]));
	}
	for (const { address: tokenAddress, symbol } of tokens) {
		if (tokenAddress === weth) continue;
		const price = priceOf(prices, symbol);
		const units = (worth: number): bigint => BigInt(Math.round(worth / price));
		await sender.call(deployer, tokenAddress, token.encodeFunctionData("mint", [desk, units(DESK_TOKEN_WORTH)]));
		await sender.call(deployer, tokenAddress, token.encodeFunctionData("mint", [vault, units(VAULT_TOKEN_WORTH)]));
	}
	const setOperator = readArtifact("executor").abi;
	for (const operator of accounts.operators) {
		await sender.call(treasury, executor, setOperator.encodeFunctionData("setOperator", [operator.address, true]));
	}

	const factories = { "uniswap-v2": uniswapV2Factory, "sushiswap-v2": sushiFactory, "uniswap-v3": uniswapV3Factory };
	const v2 = readArtifact("uniswapV2Factory").abi;
	const v3 = readArtifact("uniswapV3Factory").abi;
	const planned = facts.pools.map((fact) => {
		const ends = [fact.token0, fact.token1].map((symbol) => tokenNamed(tokens, symbol)).sort((a, b) => (a.address < b.address ? -1 : 1));
		const [a, b] = ends as [(typeof tokens)[number], (typeof tokens)[number]];
		const seed = seedOf(fact, { price: priceOf(prices, a.symbol) / priceOf(prices, b.symbol) });
		return { fact, a, b, seed, factory: factories[fact.dex] };
	});
	// Mainnet's owner enabled the 0.01 % tier in November 2021; the published factory knows the other three.
	await sender.call(deployer, uniswapV3Factory, v3.encodeFunctionData("enableFeeAmount", [100, 1]));
	for (const { fact, a, b, factory } of planned) {
		const data =
			fact.dex === "uniswap-v3"
				? v3.encodeFunctionData("createPool", [a.address, b.address, fact.feePips])
				: v2.encodeFunctionData("createPair", [a.address, b.address]);
		await sender.call(deployer, factory, data);
	}
	await sender.settle();

	const deskAbi = readArtifact("desk").abi;
	const pools: DeployedPool[] = [];
	for (const { fact, a, b, seed, factory } of planned) {
		const lookup =
			fact.dex === "uniswap-v3"
				? v3.encodeFunctionData("getPool", [a.address, b.address, fact.feePips])
				: v2.encodeFunctionData("getPair", [a.address, b.address]);
		const answer = z.string().parse(await rpc.call("eth_call", { to: factory, data: lookup }, "latest"));
		const pool = `0x${answer.slice(-40)}`;
		const data =
			seed.family === "uniswap-v2"
				? deskAbi.encodeFunctionData("seedV2", [pool, seed.reserveA, seed.reserveB])
				: deskAbi.encodeFunctionData("seedV3", [pool, seed.sqrtPriceX96, seed.positions]);
		await sender.call(market, desk, data);
		pools.push({ address: pool, family: seed.family, dex: fact.dex, token0: a.address, token1: b.address, feePips: fact.feePips });
	}
	await sender.settle();
	return {
		version: deploymentVersion(),
		chainId,
		...{ weth, tokens, uniswapV2Factory, sushiFactory, uniswapV3Factory, vault, desk, searcher, executor, distributor },
		pools,
	};
}

/** Changes with any contract and any seed: a kept chain of another version carries contracts that the code no longer knows. */
export function deploymentVersion(): string {
	return id(JSON.stringify([ARTIFACT_NAMES.map((name) => readArtifact(name).bytecode), readPoolFacts()]));
}

async function fund(rpc: Rpc, accounts: DevnetAccounts): Promise<void> {
	const balances: (readonly [Signer, bigint])[] = [
		[accounts.deployer, SMALL_ETH],
		[accounts.treasury, TREASURY_ETH],
		[accounts.market, MARKET_ETH],
		[accounts.competitor, COMPETITOR_ETH],
		...accounts.operators.map((operator) => [operator, OPERATOR_ETH] as const),
		...accounts.shares.map((share) => [share, SMALL_ETH] as const),
	];
	for (const [signer, balance] of balances) await rpc.call("anvil_setBalance", signer.address, hexQuantity(balance));
}

function priceOf(prices: ReadonlyMap<string, number>, symbol: string): number {
	const price = prices.get(symbol);
	if (price === undefined)
		throw new ArbError({ code: "not_found", message: `no price for token ${symbol} in pools.json`, retryable: false });
	return price;
}

function tokenNamed<T extends { readonly symbol: string }>(tokens: readonly T[], symbol: string): T {
	const token = tokens.find((each) => each.symbol === symbol);
	if (token === undefined) throw new ArbError({ code: "not_found", message: `no token ${symbol} in pools.json`, retryable: false });
	return token;
}

/** Signs and sends in order, and mines what was sent. */
class Sender {
	readonly #rpc: Rpc;
	readonly #chainId: number;
	readonly #nonces = new Map<string, number>();
	#sent: { readonly hash: string; readonly what: string }[] = [];

	constructor(rpc: Rpc, chainId: number) {
		this.#rpc = rpc;
		this.#chainId = chainId;
	}

	async create(signer: Signer, name: ArtifactName, values: readonly unknown[]): Promise<string> {
		const artifact: Artifact = readArtifact(name);
		const inputs = artifact.abi.deploy.inputs;
		const data = concat([artifact.bytecode, AbiCoder.defaultAbiCoder().encode(inputs, values)]);
		const nonce = await this.#send(signer, { data, gasLimit: 8_000_000n, what: `creation of ${name}` });
		return getCreateAddress({ from: signer.address, nonce }).toLowerCase();
	}

	async call(signer: Signer, to: string, data: string, value = 0n): Promise<void> {
		await this.#send(signer, { to, data, value, gasLimit: 6_000_000n, what: `call of ${data.slice(0, 10)} at ${to}` });
	}

	async #send(
		signer: Signer,
		tx: { readonly to?: string; readonly data: string; readonly value?: bigint; readonly gasLimit: bigint; readonly what: string },
	): Promise<number> {
		const nonce = this.#nonces.get(signer.address) ?? 0;
		this.#nonces.set(signer.address, nonce + 1);
		const raw = await signer.signTransaction({
			...{ chainId: this.#chainId, type: 2, nonce, gasLimit: tx.gasLimit, data: tx.data, value: tx.value ?? 0n },
			...{ maxFeePerGas: DEPLOY_FEE_WEI, maxPriorityFeePerGas: 0n },
			...(tx.to === undefined ? {} : { to: tx.to }),
		});
		this.#sent.push({ hash: z.string().parse(await this.#rpc.call("eth_sendRawTransaction", raw)), what: tx.what });
		return nonce;
	}

	/** Mines until nothing waits, then checks each receipt. */
	async settle(): Promise<void> {
		const status = z.object({ pending: z.string() });
		while (status.parse(await this.#rpc.call("txpool_status")).pending !== "0x0") await this.#rpc.call("evm_mine");
		for (const { hash, what } of this.#sent) {
			const receipt = z
				.object({ status: z.string() })
				.nullable()
				.parse(await this.#rpc.call("eth_getTransactionReceipt", hash));
			if (receipt?.status !== "0x1") {
				throw new ArbError({ code: "chain", message: `the devnet's deployment failed: ${what} (${hash}) reverted`, retryable: false });
			}
		}
		this.#sent = [];
	}
}
