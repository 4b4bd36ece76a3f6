import { Interface } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseChainConfig } from "../../config/chain.ts";
import type { Pool, ProtocolFamily } from "../../domain/pool.ts";
import { type ChainClient, connectChain } from "../../market/chain-client.ts";
import { adapterOf } from "../../market/protocols/families.ts";
import { KeptBook } from "../../market/testing/kept-states.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { devnetAccounts } from "../accounts.ts";
import { dexRows } from "../chain-settings.ts";
import { type Devnet, startDevnet } from "../devnet.ts";
import { createRandom } from "../random.ts";
import { dexNamed } from "./all.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const ROUNDS = 12;
const COIN = new Interface(["function balanceOf(address) view returns (uint256)"]);
const FAMILIES: readonly ProtocolFamily[] = [
	"balancer-v2-weighted",
	"balancer-v2-stable",
	"balancer-v3-weighted",
	"balancer-v3-stable",
	"curve-3pool",
];

describe("pools of the devnet's vaults and of Curve, read through their adapters", () => {
	let devnet: Devnet;
	let client: ChainClient;
	const found = new Map<ProtocolFamily, readonly Pool[]>();

	beforeAll(async () => {
		devnet = await startDevnet({ seed, blockMs: "manual", simulator: false, competitor: false });
		const settings = parseChainConfig({ ...devnet.chain, dexes: dexRows(devnet.deployment) }, "all of the devnet's dexes");
		client = await connectChain(devnet.chain, { wsUrl: null });
		for (const dex of settings.dexes.filter(({ family }) => FAMILIES.includes(family))) {
			found.set(dex.family, await discovered({ chainId: settings.chainId, wrappedNative: settings.wrappedNative, dex }));
		}
	});

	afterAll(async () => {
		client?.close();
		await devnet?.close();
	});

	/** By the factory's events, or by its list where it has none. */
	async function discovered(scope: Parameters<ReturnType<typeof adapterOf>["creation"]>[0]): Promise<readonly Pool[]> {
		const adapter = adapterOf(scope.dex.family);
		const head = await client.head();
		const creation = adapter.creation(scope);
		const pools =
			creation === null
				? ((await adapter.enumerate?.(client, scope, { from: 0, limit: 100, blockHash: head.hash }))?.pools ?? [])
				: (
						await client.logsBetween({ fromBlock: 0, toBlock: head.number, addresses: [creation.emitter], topics: creation.topics([]) })
					).flatMap((log) => creation.parse(log) ?? []);
		return (await adapter.complete?.({ client, pools, blockHash: head.hash }, scope)) ?? pools;
	}

	async function held(token: string): Promise<bigint> {
		const { desk } = devnet.deployment;
		return BigInt(await devnet.provider.call({ to: token, data: COIN.encodeFunctionData("balanceOf", [desk]) }));
	}

	it.each(FAMILIES)("of %s are all discovered, with the tokens and details that the deployment knows", (family) => {
		const deployed = devnet.deployment.pools.filter((pool) => pool.family === family);
		const pools = found.get(family) ?? [];
		expect(pools.map(({ address, tokens }) => ({ address, tokens }))).toEqual(
			deployed.map(({ address, tokens }) => ({ address, tokens: [...tokens] })),
		);
		for (const [i, pool] of pools.entries()) expect(pool.details).toMatchObject(deployed[i]?.details ?? {});
	});

	it.each(FAMILIES)(`of %s are quoted to the unit, and kept as a fresh load has them, seed ${seed}`, async (family) => {
		const random = createRandom(seed, `adapters ${family}`);
		const pools = found.get(family) ?? [];
		const kept = await KeptBook.at(client, pools);
		const market = devnetAccounts().market.connect(devnet.provider);
		using engine = new Engine();
		for (let round = 0; round < ROUNDS; round++) {
			const pool = random.pick(pools);
			const traded = pool.tokens.filter((token) => token !== pool.address);
			const tokenIn = random.pick(traded);
			const tokenOut = random.pick(traded.filter((token) => token !== tokenIn));
			const state = kept.state(pool);
			const balances = ("balances" in state ? state.balances : "balancesRaw" in state ? state.balancesRaw : []) as readonly string[];
			const amountIn = BigInt(Math.round(Number(balances[pool.tokens.indexOf(tokenIn)]) * random.logUniform(1e-6, 0.2)));
			engine.upsertPools([state]);
			const quote = engine.quote({ pool: pool.address, tokenIn, tokenOut, amountIn });
			const before = await held(tokenOut);
			const deployed = devnet.deployment.pools.find(({ address }) => address === pool.address);
			if (deployed === undefined) throw new Error(`the deployment has no pool ${pool.address}`);
			const data = dexNamed(pool.dex).swap(deployed, { tokenIn, tokenOut, amountIn });
			await market.sendTransaction({ to: devnet.deployment.desk, data, gasLimit: 2_000_000 });
			await devnet.mine();
			expect((await held(tokenOut)) - before, `round ${round}: ${amountIn} of ${tokenIn} for ${tokenOut} in ${pool.address}`).toBe(quote);
			await kept.follow();
		}
	});
});
