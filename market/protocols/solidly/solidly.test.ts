import { id } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Pool, PoolState } from "../../../domain/pool.ts";
import { Engine } from "../../../rust-wasm/engine.ts";
import { seededRandom } from "../../testing/activity.ts";
import { KeptBook } from "../../testing/kept-states.ts";
import { HAS_RECORDED, type RecordedRow, recordedFile, recordedRows } from "../../testing/recorded-answers.ts";
import { type Deployed, type Planted, type StandInChain, startStandInChain } from "../../testing/stand-in-chain.ts";
import { addressTopic, uintWord } from "../abi-word.ts";
import type { Dex } from "../adapter.ts";
import { adapterOf, loadStates, readHoldings, readReserves } from "../families.ts";

const SEED = Number(process.env.SEED ?? 20_261_126);
const selector = (signature: string) => id(signature).slice(0, 10);
const numbers = (...values: readonly (string | bigint | boolean)[]) => `0x${values.map((value) => uintWord(BigInt(value))).join("")}`;

const FAMILIES = ["velodrome-v1", "velodrome-v2", "aerodrome-v2", "camelot-v2"] as const;
type SolidlyFamily = (typeof FAMILIES)[number];
/** Pools of the real chain, as read at Base's block 46,875,151. */
const AERODROME = ["aerodrome_v2_dola_usdbc_stable_block_46875151", "aerodrome_v2_tbtc_weth_volatile_block_46875151"];
const poolSchema = z.looseObject({
	...{ pool: z.string(), stable: z.boolean(), fee_raw: z.string(), reserves_token0: z.string(), reserves_token1: z.string() },
	token0: z.looseObject({ symbol: z.string(), decimals: z.string() }),
	token1: z.looseObject({ symbol: z.string(), decimals: z.string() }),
});
const answersSchema = z.looseObject({ entries: z.record(z.string(), z.looseObject({ value: z.string() })) });

interface StandIn {
	readonly family: SolidlyFamily;
	readonly row: RecordedRow;
	readonly contract: Deployed;
	readonly tokens: readonly [string, string];
}

describe.skipIf(!HAS_RECORDED)("pairs of the Solidly kind by recorded states (skipped where ../shared/data is absent)", () => {
	let chain: StandInChain;
	const standIns: StandIn[] = [];
	const factories = new Map<SolidlyFamily, Deployed>();
	let pools: Pool[] = [];

	beforeAll(async () => {
		chain = await startStandInChain();
		for (const family of FAMILIES) {
			factories.set(family, await chain.answering([]));
			for (const variant of ["stable", "volatile"]) {
				const isWanted = (row: RecordedRow) => row.variant === variant && typeof row.amountOut === "string" && row.swapAtQuote === "ok";
				for (const row of recordedRows(family, { count: 3, isWanted })) await standIn(family, row);
			}
		}
		for (const file of AERODROME) {
			const { stable, fee_raw, reserves_token0, reserves_token1, token0, token1 } = poolSchema.parse(
				recordedFile(`chain-state/8453/${file}.json`),
			);
			const [decimals0, decimals1] = [token0, token1].map(({ decimals }) => (10n ** BigInt(decimals)).toString());
			const state = {
				stable,
				fee: fee_raw,
				reserve0: reserves_token0,
				reserve1: reserves_token1,
				decimals0: decimals0 ?? "",
				decimals1: decimals1 ?? "",
			};
			await standIn("aerodrome-v2", { variant: file, state });
		}
		for (const one of standIns) await plant(one, one.row);
		for (const [family, factory] of factories) await chain.plant(factory, factoryAnswers(family, false));
		await chain.mine();
		pools = (await Promise.all(FAMILIES.map(discovered))).flat();
	});

	afterAll(async () => {
		await chain[Symbol.asyncDispose]();
	});

	/** Announced by the factory's event. */
	async function standIn(family: SolidlyFamily, row: RecordedRow): Promise<void> {
		const contract = await chain.answering([]);
		const tokens = [
			`0x${"0a".repeat(18)}${standIns.length.toString(16).padStart(4, "0")}`,
			`0x${"0b".repeat(18)}${standIns.length.toString(16).padStart(4, "0")}`,
		] as const;
		const topics = tokens.map(addressTopic);
		const count = numbers(1n).slice(2);
		const [signature, moreTopics, data] = {
			"velodrome-v1": [
				"PairCreated(address,address,bool,address,uint256)",
				[],
				numbers(flag(row, "stable"), contract.address) + count,
			] as const,
			"velodrome-v2": [
				"PoolCreated(address,address,bool,address,uint256)",
				[numbers(flag(row, "stable"))],
				numbers(contract.address) + count,
			] as const,
			"aerodrome-v2": [
				"PoolCreated(address,address,bool,address,uint256)",
				[numbers(flag(row, "stable"))],
				numbers(contract.address) + count,
			] as const,
			"camelot-v2": ["PairCreated(address,address,address,uint256)", [], numbers(contract.address) + count] as const,
		}[family];
		await chain.send(factories.get(family) as Deployed, "announce", [id(signature), ...topics, ...moreTopics], data);
		await chain.mine();
		standIns.push({ family, row, contract, tokens });
	}

	function plant({ family, contract, tokens }: StandIn, row: RecordedRow): Promise<void> {
		const { reserve0 = "", reserve1 = "" } = row.state;
		const state = (name: string) => textOf(row, name);
		if (family === "camelot-v2") {
			return chain.plant(contract, [
				{
					call: selector("getReserves()"),
					answer: numbers(textOf(row, "reserve0"), textOf(row, "reserve1"), state("token0FeePercent"), state("token1FeePercent")),
				},
				{ call: selector("stableSwap()"), answer: numbers(flag(row, "stableSwap")) },
				{ call: selector("precisionMultiplier0()"), answer: numbers(state("precisionMultiplier0")) },
				{ call: selector("precisionMultiplier1()"), answer: numbers(state("precisionMultiplier1")) },
				{ call: selector("token0()"), answer: addressTopic(tokens[0]) },
				{ call: selector("token1()"), answer: addressTopic(tokens[1]) },
			]);
		}
		const metadata = numbers(
			state("decimals0"),
			state("decimals1"),
			String(reserve0),
			String(reserve1),
			flag(row, "stable"),
			tokens[0],
			tokens[1],
		);
		return chain.plant(contract, [
			{ call: selector("metadata()"), answer: metadata },
			{ call: selector("getReserves()"), answer: numbers(String(reserve0), String(reserve1), 1n) },
		]);
	}

	/** Fees, pause, and the list of pairs. */
	function factoryAnswers(family: SolidlyFamily, isPaused: boolean, extraFee = 0n): Planted[] {
		const own = standIns.filter((one) => one.family === family);
		const [count, item] =
			family === "velodrome-v1" || family === "camelot-v2"
				? ["allPairsLength()", "allPairs(uint256)"]
				: ["allPoolsLength()", "allPools(uint256)"];
		const planted: Planted[] = [{ call: selector(count), answer: numbers(BigInt(own.length)) }];
		for (const [i, { contract }] of own.entries())
			planted.push({ call: selector(item) + uintWord(i), answer: addressTopic(contract.address) });
		if (family === "camelot-v2")
			return [...planted, { call: selector("feeInfo()"), answer: numbers(50_000n + extraFee, `0x${"fe".repeat(20)}`) }];
		planted.push({ call: selector("isPaused()"), answer: numbers(isPaused) });
		for (const { contract, row } of own) {
			const stable = flag(row, "stable");
			const kind = uintWord(stable ? 1 : 0);
			const fee = numbers(BigInt(feeOf(row)) + extraFee);
			// The first generation has one fee for all pairs of a kind.
			const call =
				family === "velodrome-v1"
					? selector("getFee(bool)") + kind
					: selector("getFee(address,bool)") + addressTopic(contract.address).slice(2) + kind;
			planted.push({ call, answer: fee });
		}
		return planted;
	}

	async function discovered(family: SolidlyFamily): Promise<readonly Pool[]> {
		const adapter = adapterOf(family);
		const scope = scopeOf(family);
		const creation = adapter.creation(scope);
		if (creation === null) throw new Error("no creation events");
		const head = await chain.client.head();
		const all = standIns.flatMap(({ tokens }) => tokens.map(addressTopic));
		const logs = await chain.client.logsBetween({
			fromBlock: 0,
			toBlock: head.number,
			addresses: [creation.emitter],
			topics: creation.topics(all),
		});
		const found = logs.flatMap((log) => creation.parse(log) ?? []);
		return (await adapter.complete?.({ client: chain.client, pools: found, blockHash: head.hash }, scope)) ?? found;
	}

	function scopeOf(family: SolidlyFamily) {
		const dex: Dex = { name: family, family, factory: factories.get(family)?.address, startBlock: 0 };
		return { chainId: chain.client.chainId, wrappedNative: "", dex };
	}

	const loaded = async () => await loadStates({ client: chain.client, pools, blockHash: (await chain.client.head()).hash });

	it("finds the same pairs by events and by the factory's list, each with its kind", async () => {
		expect(pools.map(({ address }) => address)).toEqual(standIns.map(({ contract }) => contract.address).sort(byPlace));
		const { hash } = await chain.client.head();
		const listed = await Promise.all(
			FAMILIES.map(
				async (family) =>
					(await adapterOf(family).enumerate?.(chain.client, scopeOf(family), { from: 0, limit: 100, blockHash: hash }))?.pools ?? [],
			),
		);
		expect(listed.flat().map(essence)).toEqual(pools.map(essence));
		const rest = await adapterOf("camelot-v2").enumerate?.(chain.client, scopeOf("camelot-v2"), { from: 4, limit: 100, blockHash: hash });
		expect(rest).toMatchObject({ total: 6, pools: { length: 2 } });
		for (const { contract, row, family } of standIns) {
			const stable = flag(row, family === "camelot-v2" ? "stableSwap" : "stable");
			expect(pools.find(({ address }) => address === contract.address)?.details).toEqual({
				stable,
				factory: factories.get(family)?.address,
			});
		}
	});

	const byPlace = (a: string, b: string): number => FAMILIES.indexOf(familyAt(a)) - FAMILIES.indexOf(familyAt(b));
	const familyAt = (address: string): SolidlyFamily =>
		standIns.find(({ contract }) => contract.address === address)?.family ?? "velodrome-v1";
	const essence = ({ address, family, tokens, details }: Pool) => ({ address, family, tokens, details });

	it("reads states by which the engine quotes what was recorded of the real contracts", async () => {
		using engine = new Engine();
		// The first generation's fee is one for all pairs of a kind; its rows have several.
		const fee = new Map(
			standIns.filter(({ family }) => family === "velodrome-v1").map(({ contract, row }) => [contract.address, feeOf(row)]),
		);
		engine.upsertPools(
			(await loaded()).map((state) => (state.family === "velodrome-v1" ? { ...state, fee: fee.get(state.address) } : state)),
		);
		for (const { row, contract, tokens } of standIns) {
			if (row.amountIn === undefined) continue;
			const question = { pool: contract.address, tokenIn: tokens[Number(row.tokenIn)] ?? "", amountIn: BigInt(String(row.amountIn)) };
			expect(engine.view(question), JSON.stringify(row)).toBe(BigInt(String(row.amountOut)));
		}
	});

	it("quotes Aerodrome's pools on Base as they answered there", async () => {
		using engine = new Engine();
		engine.upsertPools(await loaded());
		let compared = 0;
		for (const [i, file] of AERODROME.entries()) {
			const real = poolSchema.parse(recordedFile(`chain-state/8453/${file}.json`));
			const { contract, tokens } = standIns.at(i - 2) as StandIn;
			const { entries } = answersSchema.parse(
				recordedFile(`onchain/aerodrome_v2_${real.stable ? "stable" : "volatile"}_get_amount_out.json`),
			);
			for (const [key, { value }] of Object.entries(entries)) {
				const [pool, , direction = "", amountIn = "0"] = key.split("|");
				if (pool !== real.pool) continue;
				const tokenIn = direction.startsWith(`${real.token0.symbol}->`) ? tokens[0] : tokens[1];
				expect(engine.view({ pool: contract.address, tokenIn, amountIn: BigInt(amountIn) }), key).toBe(BigInt(value));
				compared++;
			}
		}
		console.log(`${compared} recorded answers compared`);
		expect(compared).toBeGreaterThan(10);
	});

	it("tells reserves of volatile pairs alone, and holdings of all", async () => {
		const { hash } = await chain.client.head();
		const reading = { client: chain.client, pools, blockHash: hash };
		const priced = (await readReserves(reading)).map(({ pool }) => pool.address);
		expect(priced.sort()).toEqual(
			pools
				.filter(({ details }) => details.stable === false)
				.map(({ address }) => address)
				.sort(),
		);
		for (const { pool, amounts } of await readHoldings(reading)) {
			const row = standIns.find(({ contract }) => contract.address === pool.address)?.row;
			expect(amounts).toEqual(row === undefined ? [] : [BigInt(textOf(row, "reserve0")), BigInt(textOf(row, "reserve1"))]);
		}
	});

	it("keeps pairs by logs as a fresh load has them", async () => {
		console.log(`seed ${SEED}`);
		const random = seededRandom(SEED);
		const below = (limit: number) => Math.floor(random() * limit);
		const kept = await KeptBook.at(chain.client, pools);
		const now = new Map(standIns.map((one) => [one.contract.address, one.row]));
		for (let round = 0; round < 30; round++) {
			for (let change = below(4); change >= 0; change--) {
				const one = standIns[below(standIns.length)] as StandIn;
				const { contract, family } = one;
				const row = now.get(contract.address) ?? one.row;
				const [reserve0, reserve1] = [
					BigInt(1 + below(2 ** 31)) * BigInt(1 + below(2 ** 31)),
					BigInt(1 + below(2 ** 31)) * BigInt(1 + below(2 ** 31)),
				];
				const fees = { token0FeePercent: String(below(2_000)), token1FeePercent: String(below(2_000)) };
				const isCamelot = family === "camelot-v2";
				const what = isCamelot ? below(4) : 0;
				const stableSwap = what === 2 ? !flag(row, "stableSwap") : row.state.stableSwap;
				const changed =
					what === 1 ? fees : what === 2 ? { stableSwap: stableSwap ?? false } : { reserve0: String(reserve0), reserve1: String(reserve1) };
				const next = { ...row, state: { ...row.state, ...changed } };
				now.set(contract.address, next);
				await plant(one, next);
				const [signature, data] =
					what === 1
						? ["FeePercentUpdated(uint16,uint16)", numbers(fees.token0FeePercent, fees.token1FeePercent)]
						: what === 2
							? ["SetStableSwap(bool,bool)", numbers(flag(row, "stableSwap"), !flag(row, "stableSwap"))]
							: [isCamelot ? "Sync(uint112,uint112)" : "Sync(uint256,uint256)", numbers(reserve0, reserve1)];
				await chain.send(contract, "announce", [id(signature)], data);
			}
			await chain.mine();
			await kept.follow();
		}
		for (const one of standIns) await plant(one, one.row);
		await chain.mine();
	});

	it("knows fees and shares that only the factory keeps by the next block, and a pause until it ends", async () => {
		const kept = await KeptBook.at(chain.client, pools);
		const fees = () =>
			pools.map((pool) => {
				const state: PoolState = kept.state(pool);
				return "fee" in state ? Number(state.fee) : "ownerFeeShare" in state ? Number(state.ownerFeeShare) : 0;
			});
		const before = fees();
		for (const [family, factory] of factories) await chain.plant(factory, factoryAnswers(family, false, 3n));
		await chain.mine();
		await kept.follow();
		expect(fees()).toEqual(before.map((fee) => fee + 3));
		for (const [family, factory] of factories) await chain.plant(factory, factoryAnswers(family, true));
		await chain.mine();
		await kept.follow();
		using engine = new Engine();
		engine.upsertPools(kept.book.states);
		for (const { contract, family, tokens } of standIns.filter(({ family }) => family !== "camelot-v2")) {
			expect(() => engine.quote({ pool: contract.address, tokenIn: tokens[0], amountIn: 10n ** 6n }), family).toThrow(/liquidity/);
		}
		for (const [family, factory] of factories) await chain.plant(factory, factoryAnswers(family, false));
		await chain.mine();
		await kept.follow();
		expect(fees()).toEqual(before);
		expect(kept.book.states.every((state) => !("reserve0" in state) || state.reserve0 !== "0")).toBe(true);
	});
});

function textOf(row: RecordedRow, name: string): string {
	const value = row.state[name];
	if (typeof value === "string") return value;
	throw new Error(`the recorded state has no text ${name}`);
}

function flag(row: RecordedRow, name: string): boolean {
	return row.state[name] === true;
}

function feeOf(row: RecordedRow): string {
	return textOf(row, "fee");
}
