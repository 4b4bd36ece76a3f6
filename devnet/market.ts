import type { Interface } from "ethers";
import type { Logger } from "pino";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";
import { devnetAccounts, type Signer } from "./accounts.ts";
import { MIN_BASE_FEE_WEI } from "./anvil.ts";
import { readArtifact } from "./artifacts.ts";
import type { DeployedPool, Deployment } from "./deployment.ts";
import { MarketModel, type MarketPool, type PriceTarget } from "./market-model.ts";
import type { Random } from "./random.ts";
import { type Rpc, RpcError, smallQuantity } from "./rpc.ts";
import { readPoolFacts, tokenPrices } from "./seeding.ts";

const Q96 = 2 ** 96;
/** Far above what any price target takes: the price limit ends the swap. */
const UNBOUNDED_INPUT = 2n ** 127n;
/** A V3 swap over many ticks stays well below. */
const TRADE_GAS = 900_000n;
/** Tips between next to nothing and what a patient trader pays. */
const TIP_WEI = { low: 1e7, high: 2e9 };
const MAX_FEE_WEI = 100n * MIN_BASE_FEE_WEI;

/** The simulated traders: one account, one desk contract, trades through the public mempool. */
export class Market {
	readonly #rpc: Rpc;
	readonly #deployment: Deployment;
	readonly #random: Random;
	readonly #model: MarketModel;
	readonly #log: Logger;
	readonly #signer: Signer = devnetAccounts().market;
	readonly #desk: Interface = readArtifact("desk").abi;
	readonly #v2: readonly DeployedPool[];
	readonly #v3: readonly DeployedPool[];

	constructor(of: { readonly rpc: Rpc; readonly deployment: Deployment; readonly random: Random; readonly log: Logger }) {
		this.#rpc = of.rpc;
		this.#deployment = of.deployment;
		this.#random = of.random;
		this.#log = of.log;
		this.#v2 = of.deployment.pools.filter((pool) => pool.family === "uniswap-v2");
		this.#v3 = of.deployment.pools.filter((pool) => pool.family === "uniswap-v3");
		const bySymbol = tokenPrices(readPoolFacts());
		const { tokens, weth } = of.deployment;
		this.#model = new MarketModel({
			random: of.random,
			weth,
			prices: new Map(tokens.map((token) => [token.address, bySymbol.get(token.symbol) ?? 0])),
			stable: new Set(tokens.filter((token) => ["USDC", "USDT", "DAI"].includes(token.symbol)).map((token) => token.address)),
		});
	}

	/** Every pool's price and depth at the head. */
	async pools(): Promise<readonly MarketPool[]> {
		const data = this.#desk.encodeFunctionData("read", [this.#v2.map((pool) => pool.address), this.#v3.map((pool) => pool.address)]);
		const answer = z.string().parse(await this.#rpc.call("eth_call", { to: this.#deployment.desk, data }, "latest"));
		const [v2, v3] = stateSchema.parse(this.#desk.decodeFunctionResult("read", answer).toArray(true));
		return [
			...this.#v2.map((pool, i) => {
				const [reserve0 = 0, reserve1 = 0] = (v2[i] ?? []).map(Number);
				return { ...pool, price: reserve1 / reserve0, liquidity: Math.sqrt(reserve0 * reserve1) };
			}),
			...this.#v3.map((pool, i) => {
				const [sqrtPriceX96 = 0, , liquidity = 0] = (v3[i] ?? []).map(Number);
				return { ...pool, price: (sqrtPriceX96 / Q96) ** 2, liquidity };
			}),
		];
	}

	/** One block of trading: reads the head, decides, sends. */
	async step(): Promise<void> {
		const pools = await this.pools();
		const targets = this.#model.step(pools);
		await this.send(targets, pools);
	}

	/** Sends the trades that bring pools to the given prices; they execute in the next blocks, at the state that they find then. */
	async send(targets: readonly PriceTarget[], pools: readonly MarketPool[]): Promise<void> {
		if (targets.length === 0) return;
		let nonce = smallQuantity.parse(await this.#rpc.call("eth_getTransactionCount", this.#signer.address, "pending"));
		for (const target of targets) {
			const pool = pools.find((each) => each.address === target.pool);
			const family = this.#deployment.pools.find((each) => each.address === target.pool)?.family;
			if (pool === undefined || family === undefined) {
				throw new ArbError({ code: "not_found", message: `the devnet has no pool ${target.pool}`, retryable: false });
			}
			const tip = BigInt(Math.round(this.#random.logUniform(TIP_WEI.low, TIP_WEI.high)));
			const raw = await this.#signer.signTransaction({
				...{ type: 2, chainId: this.#deployment.chainId, nonce, to: this.#deployment.desk, gasLimit: TRADE_GAS },
				...{ maxFeePerGas: MAX_FEE_WEI, maxPriorityFeePerGas: tip },
				data: this.#tradeData(pool, family, target.price),
			});
			try {
				await this.#rpc.call("eth_sendRawTransaction", raw);
				nonce++;
			} catch (error) {
				if (!(error instanceof RpcError)) throw error;
				this.#log.warn({ pool: target.pool, error: messageOf(error) }, "the node refused a trade of the market");
			}
		}
	}

	#tradeData(pool: MarketPool, family: DeployedPool["family"], price: number): string {
		const zeroForOne = price < pool.price;
		if (family === "uniswap-v3") {
			const limit = BigInt(Math.round(Math.sqrt(price) * Q96));
			return this.#desk.encodeFunctionData("swapV3", [pool.address, zeroForOne, UNBOUNDED_INPUT, limit]);
		}
		const reserveIn = zeroForOne ? pool.liquidity / Math.sqrt(pool.price) : pool.liquidity * Math.sqrt(pool.price);
		const move = zeroForOne ? pool.price / price : price / pool.price;
		// The fee stays in the pool, so a little less than the whole input moves the price.
		const amountIn = reserveIn * (Math.sqrt(move) - 1) * (1 + pool.feePips / 2e6);
		return this.#desk.encodeFunctionData("swapV2", [pool.address, zeroForOne, BigInt(Math.max(1, Math.round(amountIn))), pool.feePips]);
	}
}

const stateSchema = z.tuple([z.array(z.array(z.bigint())), z.array(z.array(z.bigint()))]);
