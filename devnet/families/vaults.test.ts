import { Interface, type Result } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SinglePool } from "../../rust-wasm/single-pool.ts";
import { devnetAccounts } from "../accounts.ts";
import { readArtifact } from "../artifacts.ts";
import { type DeployedPool, textDetail } from "../deployed-pool.ts";
import { type Devnet, startDevnet } from "../devnet.ts";
import { createRandom } from "../random.ts";
import { dexNamed } from "./all.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const ROUNDS = 12;
const ONE = 10n ** 18n;
const POOL = new Interface([
	"function getNormalizedWeights() view returns (uint256[])",
	"function getMinTokenBalances() view returns (uint256[])",
	"function getAmplificationParameter() view returns (uint256 value, bool isUpdating, uint256 precision)",
	"function getScalingFactors() view returns (uint256[])",
	"function getSwapFeePercentage() view returns (uint256)",
]);
const DECIMALS = new Interface(["function decimals() view returns (uint8)", "function balanceOf(address) view returns (uint256)"]);

let devnet: Devnet;
beforeAll(async () => {
	devnet = await startDevnet({ seed, blockMs: "manual", simulator: false, competitor: false });
});
afterAll(() => devnet?.close());

async function ask(to: string, abi: Interface, name: string, values: readonly unknown[] = []): Promise<Result> {
	return abi.decodeFunctionResult(name, await devnet.provider.call({ to, data: abi.encodeFunctionData(name, values) }));
}

const texts = (numbers: Iterable<unknown>): string[] => [...numbers].map(String);

/** States in the engine's form, each field as the contracts answer it. */
const STATES: Readonly<Record<string, (pool: DeployedPool) => Promise<Readonly<Record<string, unknown>>>>> = {
	"balancer-v2-weighted": async (pool) => ({
		...(await heldInV2(pool)),
		normalizedWeights: texts((await ask(pool.address, POOL, "getNormalizedWeights"))[0]),
		powVersion: 2,
	}),
	"balancer-v2-stable": async (pool) => {
		const [value] = await ask(pool.address, POOL, "getAmplificationParameter");
		const each = (number: bigint): string[] => pool.tokens.map(() => String(number));
		return {
			...{ ...(await heldInV2(pool)), bptIndex: pool.tokens.indexOf(pool.address), invariantVersion: 1 },
			...{ startValue: String(value), endValue: String(value), startTime: 0, endTime: 0 },
			...{ tokenRates: each(ONE), tokenRateExpires: each(0n), providerRates: each(ONE) },
		};
	},
	"balancer-v3-weighted": async (pool) => ({
		...(await heldInV3(pool)),
		normalizedWeights: texts((await ask(pool.address, POOL, "getNormalizedWeights"))[0]),
		minTokenBalances: texts((await ask(pool.address, POOL, "getMinTokenBalances"))[0]),
	}),
	"balancer-v3-stable": async (pool) => {
		const [value] = await ask(pool.address, POOL, "getAmplificationParameter");
		return { ...(await heldInV3(pool)), startValue: String(value), endValue: String(value), maxImbalanceRatio: 10_000 };
	},
	"curve-3pool": async (pool) => {
		const { abi } = readArtifact("curvePool");
		const coins = await Promise.all(
			pool.tokens.map(async (token, i) => [token, (await ask(pool.address, abi, "balances", [i]))[0]] as const),
		);
		const amplification = String((await ask(pool.address, abi, "A"))[0]);
		return {
			...{ generation: "compound", n_coins: coins.length, fee: String((await ask(pool.address, abi, "fee"))[0]) },
			...{ initial_A: amplification, future_A: amplification, initial_A_time: 0, future_A_time: 0, timestamp: 0 },
			balances: coins.map(([, balance]) => String(balance)),
			rates: await Promise.all(coins.map(async ([token]) => String(10n ** (36n - (await decimalsOf(token)))))),
		};
	},
};

async function heldInV2(pool: DeployedPool) {
	const vault = textDetail(pool, "vault");
	return {
		balances: texts((await ask(vault, readArtifact("vault").abi, "getPoolTokens", [textDetail(pool, "poolId")]))[1]),
		swapFeePercentage: String((await ask(pool.address, POOL, "getSwapFeePercentage"))[0]),
		scalingFactors: texts((await ask(pool.address, POOL, "getScalingFactors"))[0]),
	};
}

async function heldInV3(pool: DeployedPool) {
	const { abi } = readArtifact("balancerV3VaultExtension");
	const vault = textDetail(pool, "vault");
	const [, , raw, live] = await ask(vault, abi, "getPoolTokenInfo", [pool.address]);
	return {
		...{ balancesRaw: texts(raw), lastBalancesLiveScaled18: texts(live), paysYieldFees: pool.tokens.map(() => false) },
		decimalScalingFactors: await Promise.all(pool.tokens.map(async (token) => String(10n ** (18n - (await decimalsOf(token)))))),
		...{ tokenRates: pool.tokens.map(() => String(ONE)), aggregateYieldFeePercentage: "0", minimumTradeAmount: "1000000" },
		staticSwapFeePercentage: String((await ask(vault, abi, "getStaticSwapFeePercentage", [pool.address]))[0]),
	};
}

async function decimalsOf(token: string): Promise<bigint> {
	return (await ask(token, DECIMALS, "decimals"))[0];
}

/** What discovery reads: the event of the factory, and that of the vault, which names the pool in the same place. */
const ANNOUNCEMENTS = new Interface([
	"event PoolCreated(address indexed pool)",
	"event PoolRegistered(bytes32 indexed poolId, address indexed poolAddress, uint8 specialization)",
	"event PoolAdded(address indexed pool, bytes rate_method_id)",
]);

async function announced(emitter: string, event: string, word = 1): Promise<readonly string[]> {
	const topic = ANNOUNCEMENTS.getEvent(event)?.topicHash ?? expect.fail(event);
	const logs = await devnet.provider.getLogs({ address: emitter, fromBlock: 0, toBlock: "latest", topics: [topic] });
	return logs.map((log) => `0x${log.topics[word]?.slice(-40)}`);
}

describe("Balancer's and Curve's pools", () => {
	const addresses = (dexes: readonly string[]): readonly string[] =>
		devnet.deployment.pools.filter((pool) => dexes.includes(pool.dex)).map((pool) => pool.address);

	it("are announced by their factories, and Balancer V2's by the vault as well", async () => {
		const { dexes, vault } = devnet.deployment;
		for (const dex of ["balancer-v2-weighted", "balancer-v2-stable", "balancer-v3-weighted", "balancer-v3-stable"]) {
			expect(await announced(dexes[dex]?.factory ?? "", "PoolCreated"), dex).toEqual(addresses([dex]));
		}
		expect(await announced(vault, "PoolRegistered", 2)).toEqual(addresses(["balancer-v2-weighted", "balancer-v2-stable"]));
	});

	it("of Balancer V3 are registered in its vault, each by its factory", async () => {
		const { dexes, vaultV3 } = devnet.deployment;
		const { abi } = readArtifact("balancerV3VaultExtension");
		const topics = [abi.getEvent("PoolRegistered")?.topicHash ?? ""];
		const logs = await devnet.provider.getLogs({ address: vaultV3, fromBlock: 0, toBlock: "latest", topics });
		const names = ["balancer-v3-weighted", "balancer-v3-stable"];
		const registered = logs
			.map((log) => abi.parseLog(log)?.args)
			.map((args) => [args?.pool, args?.factory].map((value) => String(value).toLowerCase()));
		expect(registered).toEqual(names.flatMap((name) => addresses([name]).map((address) => [address, dexes[name]?.factory])));
	});

	it("of Curve are listed by the registry that its address provider leads to", async () => {
		const provider = devnet.deployment.dexes.curve?.registry ?? "";
		const { abi } = readArtifact("curveRegistry");
		const registry = String((await ask(provider, abi, "get_registry"))[0]);
		const [count] = await ask(registry, abi, "pool_count");
		const listed = await Promise.all(Array.from({ length: Number(count) }, (_, i) => ask(registry, abi, "pool_list", [i])));
		expect(listed.map(([pool]) => String(pool).toLowerCase())).toEqual(addresses(["curve"]));
		expect(await announced(registry, "PoolAdded")).toEqual(addresses(["curve"]));
		for (const pool of devnet.deployment.pools.filter(({ dex }) => dex === "curve")) {
			const [coins] = await ask(registry, abi, "get_coins", [pool.address]);
			expect([...coins].map((coin) => String(coin).toLowerCase()).slice(0, 4)).toEqual(pool.tokens);
			expect(texts((await ask(registry, abi, "get_n_coins", [pool.address]))[0])).toEqual(["4", "4"]);
		}
	});
});

describe("the published contracts", () => {
	it.each(Object.keys(STATES))(`of %s pay to the unit what the engine quotes, seed ${seed}`, async (family) => {
		const random = createRandom(seed, family);
		const stateOf = STATES[family] ?? expect.fail(family);
		const pools = devnet.deployment.pools.filter((pool) => pool.family === family);
		const { desk } = devnet.deployment;
		const market = devnetAccounts().market.connect(devnet.provider);
		for (let round = 0; round < ROUNDS; round++) {
			const pool = random.pick(pools);
			const traded = pool.tokens.filter((token) => token !== pool.address);
			const tokenIn = random.pick(traded);
			const tokenOut = random.pick(traded.filter((token) => token !== tokenIn));
			const state = await stateOf(pool);
			const balances = (state.balances ?? state.balancesRaw) as readonly string[];
			const depth = Number(balances[pool.tokens.indexOf(tokenIn)]);
			const amountIn = BigInt(Math.round(depth * random.logUniform(1e-6, 0.2)));
			using engine = new SinglePool({ family, ...state });
			const quote = engine.quote({ from: pool.tokens.indexOf(tokenIn), to: pool.tokens.indexOf(tokenOut) }, amountIn);

			const [before] = await ask(tokenOut, DECIMALS, "balanceOf", [desk]);
			const data = dexNamed(pool.dex).swap(pool, { tokenIn, tokenOut, amountIn });
			const sent = await market.sendTransaction({ to: desk, data, gasLimit: 2_000_000 });
			await devnet.mine();
			const name = `round ${round}: ${amountIn} of ${tokenIn} for ${tokenOut} in ${pool.address}`;
			expect((await devnet.provider.getTransactionReceipt(sent.hash))?.status, name).toBe(1);
			const [after] = await ask(tokenOut, DECIMALS, "balanceOf", [desk]);
			expect(after - before, name).toBe(quote);
		}
	});
});
