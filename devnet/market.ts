import type { Logger } from "pino";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";
import { devnetAccounts, type Signer } from "./accounts.ts";
import { MIN_BASE_FEE_WEI } from "./anvil.ts";
import type { DeployedPool } from "./deployed-pool.ts";
import type { Deployment } from "./deployment.ts";
import { look, lookAnswers, type View } from "./desk.ts";
import { dexNamed } from "./families/all.ts";
import type { DevnetDex } from "./families/dex.ts";
import { type Crowd, MarketModel, type MarketPool, type PriceTarget } from "./market-model.ts";
import type { Random } from "./random.ts";
import { type Rpc, RpcError, smallQuantity } from "./rpc.ts";
import { readPoolFacts, STABLECOINS, tokenPrices } from "./seeding.ts";

/** A V3 swap over many ticks stays well below. */
const TRADE_GAS = 900_000n;
/** Tips between next to nothing and what a patient trader pays. */
const TIP_WEI = { low: 1e7, high: 2e9 };
const MAX_FEE_WEI = 100n * MIN_BASE_FEE_WEI;

/** Families whose pools have the first crowd's traders. */
const FIRST_CROWD: ReadonlySet<string> = new Set(["uniswap-v2", "uniswap-v3"]);

/** The simulated traders: one account, one desk contract, trades through the public mempool. */
export class Market {
	readonly #rpc: Rpc;
	readonly #deployment: Deployment;
	readonly #randoms: Readonly<Record<Crowd, Random>>;
	readonly #model: MarketModel;
	readonly #log: Logger;
	readonly #signer: Signer = devnetAccounts().market;
	/** Each pool with its dex and its view calls; the calls of all of them are one, which never changes. */
	readonly #listed: readonly { readonly pool: DeployedPool; readonly dex: DevnetDex; readonly views: readonly View[] }[];
	readonly #look: string;

	constructor(of: {
		readonly rpc: Rpc;
		readonly deployment: Deployment;
		readonly randoms: Readonly<Record<Crowd, Random>>;
		readonly log: Logger;
	}) {
		this.#rpc = of.rpc;
		this.#deployment = of.deployment;
		this.#randoms = of.randoms;
		this.#log = of.log;
		this.#listed = of.deployment.pools.map((pool) => {
			const dex = dexNamed(pool.dex);
			return { pool, dex, views: dex.views(pool) };
		});
		this.#look = look(this.#listed.flatMap(({ views }) => views));
		const bySymbol = tokenPrices(readPoolFacts());
		const { tokens, weth } = of.deployment;
		this.#model = new MarketModel({
			randoms: of.randoms,
			weth,
			prices: new Map(tokens.map((token) => [token.address, bySymbol.get(token.symbol) ?? 0])),
			stable: new Set(tokens.filter((token) => STABLECOINS.includes(token.symbol)).map((token) => token.address)),
		});
	}

	/** Every pool's prices and depths at the head. */
	async pools(): Promise<readonly MarketPool[]> {
		const answer = await this.#rpc.call("eth_call", { to: this.#deployment.desk, data: this.#look }, "latest");
		const answers = lookAnswers(z.string().parse(answer));
		let at = 0;
		return this.#listed.flatMap(({ pool, dex, views }) => {
			const own = answers.slice(at, at + views.length);
			at += views.length;
			const crowd = FIRST_CROWD.has(pool.family) ? "first" : "second";
			return dex.observe(pool, own).map((seen) => ({ ...seen, address: pool.address, crowd }) as const);
		});
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
			const seen = pools.find((each) => each.address === target.pool && each.token0 === target.token0 && each.token1 === target.token1);
			const listed = this.#listed.find(({ pool }) => pool.address === target.pool);
			if (seen === undefined || listed === undefined) {
				throw new ArbError({ code: "not_found", message: `the devnet has no pool ${target.pool}`, retryable: false });
			}
			const tip = BigInt(Math.round(this.#randoms[seen.crowd].logUniform(TIP_WEI.low, TIP_WEI.high)));
			const raw = await this.#signer.signTransaction({
				...{ type: 2, chainId: this.#deployment.chainId, nonce, to: this.#deployment.desk, gasLimit: TRADE_GAS },
				...{ maxFeePerGas: MAX_FEE_WEI, maxPriorityFeePerGas: tip },
				data: listed.dex.trade(listed.pool, { seen, price: target.price }),
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
}
