import { readFileSync } from "node:fs";
import { Interface, id, ZeroAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArbError } from "../../../domain/errors.ts";
import type { Pool, PoolState } from "../../../domain/pool.ts";
import { Engine } from "../../../rust-wasm/engine.ts";
import { seededRandom } from "../../testing/activity.ts";
import { KeptBook } from "../../testing/kept-states.ts";
import { type Deployed, type StandInChain, startStandInChain } from "../../testing/stand-in-chain.ts";
import type { Dex, ProtocolAdapter } from "../adapter.ts";
import { loadStates, readHoldings } from "../families.ts";
import { balancerV3Stable, balancerV3Weighted } from "./v3.ts";

const ONE = 10n ** 18n;
const DAY = 86_400;
const GET_RATE = id("getRate()").slice(0, 10);
const SEED = Number(process.env.SEED ?? 20_261_126);
const DECIMALS = [18, 6, 18];
const ADMIN = new Interface([
	...["function pauseVault()", "function unpauseVault()", "function pausePool(address pool)", "function unpausePool(address pool)"],
	"function setStaticSwapFeePercentage(address pool, uint256 share)",
	"function enableRecoveryMode(address pool)",
	"function disableRecoveryMode(address pool)",
]);
const POOL = new Interface([
	"function startAmplificationParameterUpdate(uint256 end, uint256 time)",
	"function stopAmplificationParameterUpdate()",
]);
const TOKENS = "(address token, uint8 tokenType, address rateProvider, bool paysYieldFees)[] tokens";
const LAST = "(address, address, address) roles, uint256 swapFee, address hooks, bool donations, bool balancedOnly, bytes32 salt";
const FACTORY = new Interface([
	`function create(string name, string symbol, ${TOKENS}, uint256[] weights, ${LAST}) returns (address)`,
	`function create(string name, string symbol, ${TOKENS}, uint256 amplification, ${LAST}) returns (address)`,
]);
const CREATE = { weighted: FACTORY.fragments[0], stable: FACTORY.fragments[1] };
const word = (value: bigint) => `0x${value.toString(16).padStart(64, "0")}`;

describe("Balancer V3, published contracts", () => {
	let chain: StandInChain;
	let vault: Deployed;
	let user: Deployed;
	let provider: Deployed;
	let coins: Deployed[];
	let pools: readonly Pool[] = [];
	const decimals = new Map<string, bigint>();

	beforeAll(async () => {
		chain = await startStandInChain();
		const authorizer = await chain.standIn("Permissive");
		const place = chain.nextAddress(3);
		const admin = await chain.deploy(artifact("VaultAdmin"), place, 90 * DAY, 30 * DAY, 1_000_000, 1_000_000);
		const extension = await chain.deploy(artifact("VaultExtension"), place, admin.address);
		const fees = await chain.deploy(artifact("ProtocolFeeController"), place, ONE / 2n, ONE / 10n);
		vault = await chain.deploy(artifact("Vault"), extension.address, authorizer.address, fees.address);
		expect(vault.address).toBe(place);
		user = await chain.standIn("VaultV3User", vault.address);
		coins = [];
		for (const count of DECIMALS) coins.push(await chain.standIn("Coin", count));
		for (const [i, coin] of coins.entries()) decimals.set(coin.address, BigInt(DECIMALS[i] ?? 18));
		coins.sort((a, b) => (a.address < b.address ? -1 : 1));
		for (const coin of coins) await chain.send(coin, "mint", user.address, 10n ** 33n);
		await chain.mine();
		provider = await chain.answering([{ call: GET_RATE, answer: word(1_100_000_000_000_000_007n) }]);
		const weighted = await chain.deploy(artifact("WeightedPoolFactory"), vault.address, 90 * DAY, "f", "p");
		const stable = await chain.deploy(artifact("StablePoolFactory"), vault.address, 90 * DAY, "f", "p");
		const plain = coins.map(({ address }) => [address, 0, ZeroAddress, false] as const);
		const rated = plain.map((token, i) => (i === 0 ? ([token[0], 1, provider.address, true] as const) : token));
		const shares = [ONE / 2n, ONE / 4n, ONE / 4n];
		for (const [i, tokens] of [plain, rated].entries()) {
			await create(weighted, CREATE.weighted, [tokens, shares, ONE / 100n, i]);
			await create(stable, CREATE.stable, [tokens, 300, ONE / 2000n, i]);
		}
		pools = [...(await discovered(balancerV3Weighted, weighted)), ...(await discovered(balancerV3Stable, stable))];
		for (const pool of pools)
			await act(
				"initialize",
				pool.address,
				pool.tokens,
				pool.tokens.map((token) => 3_000_000n * 10n ** (decimals.get(token) ?? 18n)),
			);
		await chain.mine();
	});

	afterAll(async () => {
		await chain[Symbol.asyncDispose]();
	});

	async function create(
		factory: Deployed,
		fragment: (typeof CREATE)["weighted"],
		of: readonly [unknown, unknown, bigint, number],
	): Promise<void> {
		const [tokens, shape, fee, salt] = of;
		if (fragment === undefined) throw new Error("no such function");
		const roles = [ZeroAddress, ZeroAddress, ZeroAddress];
		const at: Deployed = { address: factory.address, abi: new Interface([fragment]) };
		await chain.send(at, "create", "n", "s", tokens, shape, roles, fee, ZeroAddress, false, false, word(BigInt(salt)));
		await chain.mine();
	}

	async function act(name: string, ...args: readonly unknown[]): Promise<void> {
		await chain.send(user, "act", user.abi.encodeFunctionData(name, args));
	}

	async function discovered(adapter: ProtocolAdapter, factory: Deployed): Promise<readonly Pool[]> {
		const [family = "balancer-v3-stable"] = adapter.families;
		const dex: Dex = { name: "balancer-v3", family, factory: factory.address, vault: vault.address, startBlock: 0 };
		const creation = adapter.creation({ chainId: chain.client.chainId, wrappedNative: "", dex });
		if (creation === null) throw new Error("no creation events");
		const { number } = await chain.client.head();
		const logs = await chain.client.logsBetween({
			fromBlock: 0,
			toBlock: number,
			addresses: [creation.emitter],
			topics: creation.topics([]),
		});
		return logs.flatMap((log) => creation.parse(log) ?? []);
	}

	/** Quotes of all pairs and some sizes are what swaps pay; those that the vault refuses are refused. */
	async function expectQuotes(states: readonly PoolState[]): Promise<number> {
		using engine = new Engine();
		engine.upsertPools(states);
		engine.setTime((await chain.client.head()).timestamp);
		let compared = 0;
		for (const pool of pools) {
			for (const tokenIn of pool.tokens) {
				for (const tokenOut of pool.tokens.filter((token) => token !== tokenIn)) {
					for (const amountIn of [1n, 12_345n, 234_567n * 10n ** (decimals.get(tokenIn) ?? 18n)]) {
						const call = user.abi.encodeFunctionData("swap", [pool.address, tokenIn, tokenOut, amountIn]);
						const paid = await chain.read(user, "act", call).then(
							([answer]) => BigInt(String(answer)),
							() => null,
						);
						let quoted: bigint | null = null;
						try {
							quoted = engine.quote({ pool: pool.address, tokenIn, tokenOut, amountIn });
						} catch (error) {
							// A refusal is the answer where the vault reverts.
							if (!(error instanceof ArbError) || error.code !== "engine") throw error;
						}
						expect(quoted, `${pool.family} ${pool.address}: ${amountIn} of ${tokenIn}`).toEqual(paid);
						compared++;
					}
				}
			}
		}
		return compared;
	}

	const states = async () => await loadStates({ client: chain.client, pools, blockHash: (await chain.client.head()).hash });
	const rated = () => pools.filter(({ details }) => details.hasRates === true);

	it("discovers pools by the vault's event with the factory, and which of them have rates", () => {
		const sorted = coins.map(({ address }) => address);
		expect(pools.map(({ family, tokens, details }) => ({ family, tokens, details }))).toEqual(
			["balancer-v3-weighted", "balancer-v3-stable"].flatMap((family) =>
				[false, true].map((hasRates) => ({ family, tokens: sorted, details: { vault: vault.address, hasRates } })),
			),
		);
		expect(pools.map((pool) => balancerV3Stable.isSilent?.(pool))).toEqual([false, true, false, true]);
	});

	it("reads states by which the engine quotes what swaps pay, to the wei", async () => {
		expect(await expectQuotes(await states())).toBe(4 * 6 * 3);
		const { hash } = await chain.client.head();
		for (const { pool, amounts } of await readHoldings({ client: chain.client, pools, blockHash: hash })) {
			expect(amounts).toEqual(pool.tokens.map((token) => 3_000_000n * 10n ** (decimals.get(token) ?? 18n)));
		}
	});

	it("keeps pools by logs as a fresh load has them, through swaps, liquidity, fees, recovery mode and amplification", async () => {
		console.log(`seed ${SEED}`);
		const random = seededRandom(SEED);
		const below = (limit: number) => Math.floor(random() * limit);
		const governed: Deployed = { address: vault.address, abi: ADMIN };
		const kept = await KeptBook.at(chain.client, pools);
		for (let round = 0; round < 40; round++) {
			for (let action = below(4); action >= 0; action--) {
				const pool = pools[below(pools.length)] as Pool;
				const [tokenIn = "", tokenOut = ""] = [...pool.tokens].sort(() => random() - 0.5);
				const { timestamp } = await chain.client.head();
				switch (below(9)) {
					case 0:
						await act(
							"add",
							pool.address,
							pool.tokens,
							pool.tokens.map((token) => BigInt(below(30_000)) * 10n ** (decimals.get(token) ?? 0n)),
						);
						break;
					case 1:
						await act("remove", pool.address, pool.tokens, BigInt(1 + below(10_000)) * ONE, random() < 0.5);
						break;
					case 2:
						await chain.send(governed, "setStaticSwapFeePercentage", pool.address, (ONE / 100_000n) * BigInt(1 + below(5_000)));
						break;
					case 3:
						await chain.send(governed, random() < 0.5 ? "enableRecoveryMode" : "disableRecoveryMode", pool.address);
						break;
					case 4:
						if (pool.family !== "balancer-v3-stable") break;
						if (random() < 0.5) await chain.send({ address: pool.address, abi: POOL }, "stopAmplificationParameterUpdate");
						else
							await chain.send(
								{ address: pool.address, abi: POOL },
								"startAmplificationParameterUpdate",
								200 + below(300),
								timestamp + 2 * DAY,
							);
						break;
					case 5:
						await chain.plant(provider, [{ call: GET_RATE, answer: word(ONE + BigInt(below(2 ** 31)) * 10n ** 8n) }]);
						break;
					default:
						await act("swap", pool.address, tokenIn, tokenOut, BigInt(1 + below(90_000)) * 10n ** (decimals.get(tokenIn) ?? 18n));
				}
			}
			await chain.mineAnyway();
			await kept.follow();
		}
		await expectQuotes(kept.book.states);
	});

	it("knows a rate that changed without a log by the next block, and a provider that does not answer", async () => {
		const kept = await KeptBook.at(chain.client, pools);
		await chain.plant(provider, [{ call: GET_RATE, answer: word(1_987_654_321_098_765_432n) }]);
		await chain.mine();
		await kept.follow();
		for (const pool of rated()) expect(kept.state(pool)).toMatchObject({ tokenRates: expect.arrayContaining(["1987654321098765432"]) });
		await expectQuotes(kept.book.states);
		await chain.send(provider, "forget", GET_RATE);
		await chain.mine();
		await kept.follow();
		expect(kept.book.states.map((state) => "isPoolPaused" in state && state.isPoolPaused)).toEqual([false, true, false, true]);
		await expectQuotes(kept.book.states);
		await chain.plant(provider, [{ call: GET_RATE, answer: word(ONE) }]);
		await chain.mine();
		await kept.follow();
		await expectQuotes(kept.book.states);
	});

	it("knows when the vault or a pool is paused and when it is not any more", async () => {
		const kept = await KeptBook.at(chain.client, pools);
		const governed: Deployed = { address: vault.address, abi: ADMIN };
		const [first] = pools;
		const paused = () => kept.book.states.map((state) => "isPoolPaused" in state && state.isPoolPaused);
		await chain.send(governed, "pausePool", first?.address);
		await chain.mine();
		await kept.follow();
		expect(paused()).toEqual([true, false, false, false]);
		await chain.send(governed, "pauseVault");
		await chain.mine();
		await kept.follow();
		expect(paused()).toEqual([true, true, true, true]);
		await chain.send(governed, "unpauseVault");
		await chain.send(governed, "unpausePool", first?.address);
		await chain.mine();
		await kept.follow();
		expect(paused()).toEqual([false, false, false, false]);
	});
});

/** As it is published with the devnet's own. */
function artifact(name: string): { readonly abi: object[]; readonly bytecode: string } {
	return JSON.parse(readFileSync(new URL(`../../../devnet/artifacts/balancer-v3/${name}.json`, import.meta.url), "utf8"));
}
