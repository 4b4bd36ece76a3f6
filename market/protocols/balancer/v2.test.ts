import { Interface, id, ZeroAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Pool, PoolState } from "../../../domain/pool.ts";
import { Engine } from "../../../rust-wasm/engine.ts";
import { seededRandom } from "../../testing/activity.ts";
import { KeptBook } from "../../testing/kept-states.ts";
import { type Deployed, type StandInChain, startStandInChain } from "../../testing/stand-in-chain.ts";
import type { Dex, ProtocolAdapter } from "../adapter.ts";
import { loadStates, readHoldings } from "../families.ts";
import { balancerV2Stable } from "./v2-stable.ts";
import { balancerV2Weighted } from "./v2-weighted.ts";

const ONE = 10n ** 18n;
const GET_RATE = id("getRate()").slice(0, 10);
const NO_LIMIT = 2n ** 256n - 1n;
const DAY = 86_400;
const DECIMALS = [18, 6, 8, 18];
const POOL = new Interface([
	"function getPoolId() view returns (bytes32)",
	"function setSwapFeePercentage(uint256 fee)",
	"function startAmplificationParameterUpdate(uint256 end, uint256 time)",
	"function stopAmplificationParameterUpdate()",
	"function getActionId(bytes4 selector) view returns (bytes32)",
	"function getAmplificationParameter() view returns (uint256, bool, uint256)",
]);
const COLLECTOR = new Interface([
	"function getActionId(bytes4 selector) view returns (bytes32)",
	"function setSwapFeePercentage(uint256 share)",
]);
const USER_DATA = new Interface([
	"function of(uint256 kind, uint256[] amounts, uint256 least)",
	"function exit(uint256 kind, uint256 bpt)",
]);
const SEED = Number(process.env.SEED ?? 20_261_126);
const word = (value: bigint) => `0x${value.toString(16).padStart(64, "0")}`;

describe("Balancer V2, published bytecode", () => {
	let chain: StandInChain;
	let authorizer: Deployed;
	let vault: Deployed;
	let coins: Deployed[];
	const decimals = new Map<string, bigint>();
	let provider: Deployed;
	const factories: Record<string, Deployed> = {};
	let pools: Pool[] = [];
	/** The kinds of pools that are there, by what made them. */
	const made: Record<string, Pool> = {};

	beforeAll(async () => {
		chain = await startStandInChain();
		const { account } = chain;
		authorizer = await chain.published({ task: "20210418-authorizer", name: "Authorizer" }, account);
		// Pausing is possible for 90 days, and ends 30 days later by itself.
		vault = await chain.published({ task: "20210418-vault", name: "Vault" }, authorizer.address, account, 90 * DAY, 30 * DAY);
		coins = [];
		for (const count of DECIMALS) coins.push(await chain.standIn("Coin", count));
		for (const [i, coin] of coins.entries()) decimals.set(coin.address, BigInt(DECIMALS[i] ?? 18));
		coins.sort((a, b) => (a.address < b.address ? -1 : 1));
		for (const coin of coins) {
			await chain.send(coin, "mint", account, 10n ** 33n);
			await chain.send(coin, "approve", vault.address, NO_LIMIT);
		}
		await chain.mine();
		await askForProtocolFees();
		provider = await chain.answering([{ call: GET_RATE, answer: word(1_100_000_000_000_000_007n) }]);
		const fees = await chain.published(
			{ task: "20220725-protocol-fee-percentages-provider", name: "ProtocolFeePercentagesProvider" },
			vault.address,
			ONE / 2n,
			ONE / 2n,
		);
		factories.weighted1 = await chain.published({ task: "20210418-weighted-pool", name: "WeightedPoolFactory" }, vault.address);
		factories.weighted3 = await chain.published(
			{ task: "20230206-weighted-pool-v3", name: "WeightedPoolFactory" },
			vault.address,
			fees.address,
			"f",
			"p",
		);
		factories.stable1 = await chain.published({ task: "deprecated/20210624-stable-pool", name: "StablePoolFactory" }, vault.address);
		factories.composable = await chain.published(
			{ task: "20230206-composable-stable-pool-v3", name: "ComposableStablePoolFactory" },
			...[vault.address, fees.address, "f", "p"],
		);
		const addresses = coins.map((coin) => coin.address);
		const three = addresses.slice(0, 3);
		await chain.send(factories.weighted1 as Deployed, "create", "w", "w", three, [ONE / 2n, ONE / 4n, ONE / 4n], ONE / 100n, account);
		await chain.send(
			factories.weighted3 as Deployed,
			"create",
			"w",
			"w",
			addresses,
			[ONE / 5n, ONE / 5n, ONE / 5n, (ONE / 5n) * 2n],
			addresses.map(() => ZeroAddress),
			ONE / 1000n,
			account,
		);
		await chain.send(factories.stable1 as Deployed, "create", "s", "s", three, 200, ONE / 2000n, account);
		await chain.send(
			factories.composable as Deployed,
			"create",
			"c",
			"c",
			three,
			500,
			three.map(() => ZeroAddress),
			[0, 0, 0],
			three.map(() => false),
			ONE / 5000n,
			account,
		);
		const rated = [provider.address, ZeroAddress];
		await chain.send(
			factories.composable as Deployed,
			"create",
			"r",
			"r",
			addresses.slice(0, 2),
			1000,
			rated,
			[1000, 0],
			[false, false],
			ONE / 10_000n,
			account,
		);
		await chain.mine();
		const metaTask = "deprecated/20210727-meta-stable-pool";
		const queries = await chain.published({ task: metaTask, name: "QueryProcessor" });
		const meta = await chain.published(
			{ task: metaTask, name: "MetaStablePool", library: queries.address },
			{
				...{ vault: vault.address, name: "m", symbol: "m", tokens: addresses.slice(1, 3), rateProviders: [ZeroAddress, provider.address] },
				...{ priceRateCacheDuration: [0, 300], amplificationParameter: 70, swapFeePercentage: ONE / 3000n },
				...{ pauseWindowDuration: 0, bufferPeriodDuration: 0, oracleEnabled: false, owner: account },
			},
		);
		for (const [name, adapter] of [
			["weighted1", balancerV2Weighted],
			["weighted3", balancerV2Weighted],
			["stable1", balancerV2Stable],
			["composable", balancerV2Stable],
		] as const) {
			const found = await discovered(adapter, dexOf(adapter, factories[name]?.address ?? ""));
			for (const [i, pool] of found.entries()) made[i === 0 ? name : `${name} with rates`] = pool;
		}
		const scope = { chainId: chain.client.chainId, wrappedNative: coins[0]?.address ?? "", dex: dexOf(balancerV2Stable, meta.address) };
		const bare: Pool = {
			...{ chainId: chain.client.chainId, address: meta.address, family: "balancer-v2-stable", dex: "balancer-v2", tokens: [] },
			...{ feePips: 0, tickSpacing: 0, details: {} },
		};
		const head = await chain.client.head();
		const [completed] = (await balancerV2Stable.complete?.({ client: chain.client, pools: [bare], blockHash: head.hash }, scope)) ?? [];
		if (completed !== undefined) made.meta = completed;
		pools = Object.values(made);
		for (const pool of pools) {
			const amounts = pool.tokens.map((token) => (token === pool.address ? 0n : 3_000_000n * 10n ** (decimals.get(token) ?? 18n)));
			await join(
				pool,
				USER_DATA.encodeFunctionData("of", [0, amounts, 0]),
				amounts.map(() => NO_LIMIT),
			);
		}
		await chain.mine();
	});

	afterAll(async () => {
		await chain[Symbol.asyncDispose]();
	});

	/** Joins and exits of the first versions then pay protocol fees out of their balances. */
	async function askForProtocolFees(): Promise<void> {
		const [address] = await chain.read(vault, "getProtocolFeesCollector");
		const collector = { address: String(address).toLowerCase(), abi: COLLECTOR };
		const [role] = await chain.read(collector, "getActionId", id("setSwapFeePercentage(uint256)").slice(0, 10));
		await chain.send(authorizer, "grantRole", role, chain.account);
		await chain.send(collector, "setSwapFeePercentage", ONE / 2n);
		await chain.mine();
	}

	function dexOf(adapter: ProtocolAdapter, factory: string): Dex {
		const [family = "balancer-v2-stable"] = adapter.families;
		return { name: "balancer-v2", family, factory, vault: vault.address, startBlock: 0 };
	}

	async function discovered(adapter: ProtocolAdapter, dex: Dex): Promise<readonly Pool[]> {
		const scope = { chainId: chain.client.chainId, wrappedNative: coins[0]?.address ?? "", dex };
		const creation = adapter.creation(scope);
		if (creation === null) throw new Error("no creation events");
		const head = await chain.client.head();
		const logs = await chain.client.logsBetween({
			fromBlock: 0,
			toBlock: head.number,
			addresses: [creation.emitter],
			topics: creation.topics([]),
		});
		const found = logs.flatMap((log) => creation.parse(log) ?? []);
		return (await adapter.complete?.({ client: chain.client, pools: found, blockHash: head.hash }, scope)) ?? [];
	}

	const poolId = (pool: Pool) => String(pool.details.poolId);
	const at = (pool: Pool): Deployed => ({ address: pool.address, abi: POOL });

	async function join(pool: Pool, userData: string, limits: readonly bigint[]): Promise<void> {
		const { account } = chain;
		await chain.send(vault, "joinPool", poolId(pool), account, account, [pool.tokens, limits, `0x${userData.slice(10)}`, false]);
	}

	function swapArguments(pool: Pool, of: { readonly tokenIn: string; readonly tokenOut: string; readonly amountIn: bigint }) {
		const { account } = chain;
		return [[poolId(pool), 0, of.tokenIn, of.tokenOut, of.amountIn, "0x"], [account, false, account, false], 0, NO_LIMIT] as const;
	}

	/** What the vault's swap pays in the next block, which is `seconds` after the head; null where it reverts. */
	async function paid(
		pool: Pool,
		of: { readonly tokenIn: string; readonly tokenOut: string; readonly amountIn: bigint },
	): Promise<readonly (bigint | null)[]> {
		return await chain.read(vault, "swap", ...swapArguments(pool, of)).then(
			([amount]) => [BigInt(String(amount))],
			() => [null],
		);
	}

	/** Quotes of all pairs and some sizes are what the vault pays; those that it refuses are refused. Returns how many were compared. */
	async function expectQuotes(states: readonly PoolState[]): Promise<number> {
		using engine = new Engine();
		engine.upsertPools(states);
		// An `eth_call` at the head runs with the head's time.
		engine.setTime((await chain.client.head()).timestamp);
		let compared = 0;
		for (const pool of pools) {
			const traded = pool.tokens.filter((token) => token !== pool.address);
			for (const tokenIn of traded) {
				for (const tokenOut of traded.filter((token) => token !== tokenIn)) {
					for (const amountIn of [1n, 12_345n, 1_234_567n * 10n ** (decimals.get(tokenIn) ?? 18n)]) {
						const [swapped] = await paid(pool, { tokenIn, tokenOut, amountIn });
						const quoted = quoteOrNull(engine, { pool: pool.address, tokenIn, tokenOut, amountIn });
						expect(quoted, `${pool.family} ${pool.address}: ${amountIn} of ${tokenIn}`).toEqual(swapped);
						compared++;
					}
				}
			}
		}
		return compared;
	}

	const states = async () => {
		const { hash } = await chain.client.head();
		return await loadStates({ client: chain.client, pools, blockHash: hash });
	};

	it("discovers the pools of each version with what the vault and the pools say of them", () => {
		expect(Object.keys(made)).toEqual(["weighted1", "weighted3", "stable1", "composable", "composable with rates", "meta"]);
		expect(made["composable with rates"]?.details).toMatchObject({ vault: vault.address, hasRates: true });
		expect(made.composable?.tokens).toContain(made.composable?.address);
		expect(made.composable?.details.hasRates).toBe(false);
		const silent = pools.filter((pool) => pool.family === "balancer-v2-stable" && balancerV2Stable.isSilent?.(pool));
		expect(silent).toEqual([made["composable with rates"], made.meta]);
	});

	it("reads states by which the engine quotes what swaps pay, to the wei", async () => {
		const read = await states();
		const versions = read.map((state) =>
			"powVersion" in state ? state.powVersion : "invariantVersion" in state ? state.invariantVersion : null,
		);
		expect(versions).toEqual([1, 2, 2, 1, 1, 2]);
		expect(await expectQuotes(read)).toBe(3 * (6 + 12 + 6 + 6 + 2 + 2));
	});

	it("says what the vault holds, of the pool's own token nothing", async () => {
		const { hash } = await chain.client.head();
		const holdings = await readHoldings({ client: chain.client, pools, blockHash: hash });
		const composable = holdings.find(({ pool }) => pool.address === made.composable?.address);
		expect(composable?.amounts).toEqual(
			composable?.pool.tokens.map((token) => (token === composable.pool.address ? 0n : 3_000_000n * 10n ** (decimals.get(token) ?? 18n))),
		);
	});

	it("keeps pools by logs as a fresh load has them, through swaps, joins, exits, fees and amplification", async () => {
		console.log(`seed ${SEED}`);
		const random = seededRandom(SEED);
		const below = (limit: number) => Math.floor(random() * limit);
		const kept = await KeptBook.at(chain.client, pools);
		for (let round = 0; round < 40; round++) {
			for (let action = below(4); action >= 0; action--) {
				const pool = pools[below(pools.length)] as Pool;
				const [tokenIn = "", tokenOut = ""] = [...pool.tokens].sort(() => random() - 0.5);
				const amounts = pool.tokens.map((token) => BigInt(below(30_000)) * 10n ** (decimals.get(token) ?? 0n));
				const own = pool.tokens.indexOf(pool.address);
				const without = own < 0 ? amounts : amounts.toSpliced(own, 1);
				const { account } = chain;
				switch (below(8)) {
					case 0:
						await join(
							pool,
							USER_DATA.encodeFunctionData("of", [1, without, 0]),
							amounts.map(() => NO_LIMIT),
						);
						break;
					case 1: {
						// Weighted and first stable pools: exit in proportion; composable: for one token.
						const kind = own < 0 ? 1 : 0;
						const data = USER_DATA.encodeFunctionData("exit", [kind, BigInt(1 + below(1_000)) * ONE]);
						await chain.send(vault, "exitPool", poolId(pool), account, account, [
							pool.tokens,
							amounts.map(() => 0),
							`0x${data.slice(10)}${"0".repeat(64)}`,
							false,
						]);
						break;
					}
					case 2:
						await chain.send(at(pool), "setSwapFeePercentage", (ONE / 1_000_000n) * BigInt(1 + below(50_000)));
						break;
					case 3: {
						if (pool.family !== "balancer-v2-stable") break;
						const { timestamp } = await chain.client.head();
						if (random() < 0.5) await chain.send(at(pool), "stopAmplificationParameterUpdate");
						else await chain.send(at(pool), "startAmplificationParameterUpdate", 60 + below(700), timestamp + 2 * DAY);
						break;
					}
					default:
						await chain.send(
							vault,
							"swap",
							...swapArguments(pool, { tokenIn, tokenOut, amountIn: BigInt(1 + below(90_000)) * 10n ** (decimals.get(tokenIn) ?? 18n) }),
						);
				}
			}
			await chain.mineAnyway();
			await kept.follow();
		}
		await expectQuotes(kept.book.states);
	});

	it("finds the ends of an amplification that began to move before the pool was watched, and moves it with time", async () => {
		const pool = made.stable1 as Pool;
		const { timestamp } = await chain.client.head();
		await chain.send(at(pool), "stopAmplificationParameterUpdate");
		await chain.mineAnyway();
		const [value] = await chain.read(at(pool), "getAmplificationParameter");
		await chain.send(at(pool), "startAmplificationParameterUpdate", (BigInt(String(value)) * 3n) / 2000n, timestamp + 3 * DAY);
		await chain.mine();
		await chain.mine(DAY);
		const [state] = (await states()).filter(({ address }) => address === pool.address);
		expect(state).toMatchObject({
			startValue: String(value),
			endValue: String(((BigInt(String(value)) * 3n) / 2000n) * 1000n),
			endTime: String(timestamp + 3 * DAY),
		});
		await expectQuotes(await states());
	});

	it("knows a rate that changed without a log of the pool by the next block, and what holds once the cache has expired", async () => {
		const kept = await KeptBook.at(chain.client, pools);
		const pool = made["composable with rates"] as Pool;
		await chain.plant(provider, [{ call: GET_RATE, answer: word(1_234_567_890_123_456_789n) }]);
		await chain.mine();
		await kept.follow();
		expect(kept.state(pool)).toMatchObject({ providerRates: expect.arrayContaining(["1234567890123456789"]) });
		await expectQuotes(kept.book.states);
		await chain.mine(2_000);
		await kept.follow();
		await expectQuotes(kept.book.states);
	});

	it("holds a pool for paused while the provider of a rate does not answer, and until the vault or the pool is unpaused", async () => {
		const kept = await KeptBook.at(chain.client, pools);
		const [rated, plain] = [made["composable with rates"] as Pool, made.weighted1 as Pool];
		await chain.send(provider, "forget", GET_RATE);
		await chain.mine();
		await kept.follow();
		expect(kept.state(rated)).toMatchObject({ paused: true });
		await chain.plant(provider, [{ call: GET_RATE, answer: word(ONE + 5n) }]);
		const vaultPause = new Interface(["function setPaused(bool paused)"]);
		const [role] = await chain.read({ address: vault.address, abi: POOL }, "getActionId", id("setPaused(bool)").slice(0, 10));
		await chain.send(authorizer, "grantRole", role, chain.account);
		await chain.mine();
		await kept.follow();
		expect(kept.state(rated)).toMatchObject({ paused: false });
		await chain.send({ address: vault.address, abi: vaultPause }, "setPaused", true);
		await chain.mine();
		await kept.follow();
		expect(kept.book.states.map((state) => "paused" in state && state.paused)).toEqual(pools.map(() => true));
		await chain.send({ address: vault.address, abi: vaultPause }, "setPaused", false);
		await chain.mine();
		await kept.follow();
		expect(kept.state(plain)).toMatchObject({ paused: false });
	});
});

/** Null where the engine refuses. */
function quoteOrNull(engine: Engine, question: Parameters<Engine["quote"]>[0]): bigint | null {
	try {
		return engine.quote(question);
	} catch {
		return null;
	}
}
