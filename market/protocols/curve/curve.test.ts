import { AbiCoder, id } from "ethers";
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
import { adapterOf, loadStates, readHoldings } from "../families.ts";
import { amountsAsked } from "./vetting.ts";

const abi = AbiCoder.defaultAbiCoder();
const SEED = Number(process.env.SEED ?? 20_261_126);
const selector = (signature: string) => id(signature).slice(0, 10);
const number = (value: string | bigint) => abi.encode(["uint256"], [value]);
const list = (values: readonly string[]) => abi.encode(["uint256[]"], [values]);
const text = (value: string) => abi.encode(["string"], [value]);

const realPoolSchema = z.looseObject({
	...{ a_coefficient: z.string(), initial_a: z.string(), future_a: z.string(), initial_a_time: z.string(), future_a_time: z.string() },
	...{ fee: z.string(), balances: z.array(z.string()), block_timestamp: z.string() },
	tokens: z.array(z.looseObject({ symbol: z.string(), decimals: z.string() })),
});
const realAnswersSchema = z.looseObject({ entries: z.record(z.string(), z.looseObject({ value: z.string() })) });

type CurveFamily = "curve-3pool" | "stableswap-ng" | "curve-crypto-v1" | "tricrypto-ng" | "twocrypto-ng";

/** How the recorded contract is recognised: what it has beside the getters of its state's fields. */
const KINDS: readonly {
	readonly family: CurveFamily;
	readonly variant: string;
	readonly version?: string;
	readonly found: Readonly<Record<string, unknown>>;
}[] = [
	{ family: "curve-3pool", variant: "3pool", found: { generation: "3pool", exchange: "int128" } },
	{
		family: "stableswap-ng",
		variant: "plain3-standard",
		version: "v7.0.0",
		found: { hasRates: false, rebases: false, exchange: "int128" },
	},
	{ family: "stableswap-ng", variant: "plain2-oracle", version: "v7.0.0", found: { hasRates: true, rebases: false } },
	{ family: "stableswap-ng", variant: "plain3-rebasing+standard-ramp", version: "v7.0.0", found: { hasRates: false, rebases: true } },
	{ family: "curve-crypto-v1", variant: "tricrypto2", found: { variant: "tricrypto2", exchange: "uint256" } },
	{ family: "curve-crypto-v1", variant: "cryptoswap2eth", found: { variant: "cryptoswap2eth" } },
	{ family: "tricrypto-ng", variant: "tricrypto-weth", version: "v2.0.0", found: { variant: "tricrypto-weth" } },
	{ family: "twocrypto-ng", variant: "twocrypto-v2.0.0", version: "v2.0.0", found: { variant: "twocrypto-v2.0.0" } },
	{ family: "twocrypto-ng", variant: "twocrypto-v2.1.0", version: "v2.1.0", found: { variant: "twocrypto-v2.1.0" } },
	{ family: "twocrypto-ng", variant: "twocrypto-main2025", version: "v2.1.0", found: { variant: "twocrypto-main2025" } },
];
const ASSET_TYPES: Readonly<Record<string, string>> = { standard: "0", oracle: "1", rebasing: "2" };

/** A contract that answers as the recorded one did. */
interface StandIn {
	readonly kind: (typeof KINDS)[number];
	readonly row: RecordedRow;
	readonly contract: Deployed;
	readonly lpToken: Deployed;
	readonly tokens: readonly string[];
}

describe.skipIf(!HAS_RECORDED)("Curve's pools by recorded states (skipped where ../shared/data is absent)", () => {
	let chain: StandInChain;
	const standIns: StandIn[] = [];
	const factories = new Map<CurveFamily, Deployed>();
	let pools: Pool[] = [];

	beforeAll(async () => {
		chain = await startStandInChain();
		for (const kind of KINDS) {
			const isWanted = (row: RecordedRow) => row.variant === kind.variant && row.exchange_dy !== null;
			for (const row of recordedRows(kind.family, { count: 2, isWanted })) {
				const tokens: string[] = [];
				for (const decimals of textsOf(row, "decimals"))
					tokens.push((await chain.answering([{ call: selector("decimals()"), answer: number(decimals) }])).address);
				const lpToken = await chain.answering([{ call: selector("totalSupply()"), answer: number(textOf(row, "total_supply")) }]);
				const contract = await chain.answering([]);
				standIns.push({ kind, row, contract, lpToken, tokens });
			}
		}
		for (const standIn of standIns) await chain.plant(standIn.contract, answersOf(standIn, standIn.row));
		await chain.mine();
		for (const standIn of standIns) await chain.plant(standIn.contract, quotesOf(standIn, standIn.row));
		for (const family of new Set(KINDS.map((kind) => kind.family))) factories.set(family, await factoryOf(family));
		await chain.mine();
		pools = (await Promise.all([...factories].map(([family, factory]) => discovered(family, factory)))).flat();
	});

	afterAll(async () => {
		await chain[Symbol.asyncDispose]();
	});

	/** The list, the coins and, of NG, the asset types; the classic registry behind an address provider. */
	async function factoryOf(family: CurveFamily): Promise<Deployed> {
		const own = standIns.filter(({ kind }) => kind.family === family);
		const about = (name: string, address: string) => selector(`${name}(address)`) + addressTopic(address).slice(2);
		const planted: Planted[] = [{ call: selector("pool_count()"), answer: number(BigInt(own.length)) }];
		for (const [i, { contract, tokens, kind, row }] of own.entries()) {
			planted.push({ call: selector("pool_list(uint256)") + uintWord(i), answer: addressTopic(contract.address) });
			const padded = Array.from({ length: 8 }, (_, k) => tokens[k] ?? `0x${"0".repeat(40)}`);
			const coins = family === "stableswap-ng" ? abi.encode(["address[]"], [tokens]) : abi.encode(["address[8]"], [padded]);
			planted.push(
				{ call: about("get_coins", contract.address), answer: coins },
				{ call: about("is_meta", contract.address), answer: number(0n) },
			);
			if (family !== "stableswap-ng") continue;
			const types = row.state.asset_types === undefined ? tokens.map(() => ASSET_TYPES[kind.variant] ?? "0") : textsOf(row, "asset_types");
			planted.push({ call: about("get_pool_asset_types", contract.address), answer: list(types) });
		}
		const registry = await chain.answering(planted);
		if (family !== "curve-3pool") return registry;
		return await chain.answering([{ call: selector("get_registry()"), answer: addressTopic(registry.address) }]);
	}

	async function discovered(family: CurveFamily, factory: Deployed): Promise<Pool[]> {
		const dex: Dex = { name: "curve", family, factory: factory.address, startBlock: 0 };
		const scope = { chainId: chain.client.chainId, wrappedNative: "", dex };
		const adapter = adapterOf(family);
		expect(adapter.creation(scope)).toBeNull();
		const { hash } = await chain.client.head();
		const found: Pool[] = [];
		for (let from = 0, total = 1; from < total; from += 2) {
			const part = await adapter.enumerate?.(chain.client, scope, { from, limit: 2, blockHash: hash });
			found.push(...(part?.pools ?? []));
			total = part?.total ?? 0;
		}
		return (await adapter.complete?.({ client: chain.client, pools: found, blockHash: hash }, scope)) ?? [];
	}

	const poolOf = ({ contract }: StandIn): Pool | undefined => pools.find(({ address }) => address === contract.address);
	const loaded = async () => await loadStates({ client: chain.client, pools, blockHash: (await chain.client.head()).hash });

	it("finds each in its factory's list, and by its answers the contract whose text it follows", () => {
		for (const standIn of standIns) {
			const pool = poolOf(standIn);
			expect(pool, standIn.kind.variant).toMatchObject({ family: standIn.kind.family, tokens: standIn.tokens });
			expect(pool?.details).toMatchObject(standIn.kind.found);
		}
	});

	it("leaves a pool out whose quote differs by a unit from that of every contract that it may be", async () => {
		const standIn = standIns.find(({ kind }) => kind.family === "curve-3pool") as StandIn;
		const [first] = quotesOf(standIn, standIn.row);
		if (first === undefined) throw new Error("no quote");
		await chain.plant(standIn.contract, [{ call: first.call, answer: number(BigInt(first.answer) + 1n) }]);
		await chain.mine();
		const found = await discovered("curve-3pool", factories.get("curve-3pool") as Deployed);
		expect(found.map(({ address }) => address)).toEqual(
			standIns.filter((one) => one.kind.family === "curve-3pool" && one !== standIn).map(({ contract }) => contract.address),
		);
		await chain.plant(standIn.contract, [first]);
		await chain.mine();
	});

	it("reads states by which the engine quotes what the recorded swaps paid", async () => {
		const states = await loaded();
		using engine = new Engine();
		engine.upsertPools(states);
		for (const { row, contract, tokens, kind } of standIns) {
			engine.setTime(Number(textOf(row, "timestamp")));
			const [tokenIn = "", tokenOut = ""] = [tokens[Number(row.i)], tokens[Number(row.j)]];
			const question = { pool: contract.address, tokenIn, tokenOut, amountIn: BigInt(String(row.dx)) };
			expect(engine.quote(question), `${kind.variant}: ${JSON.stringify(row)}`).toBe(BigInt(String(row.exchange_dy)));
			expect(engine.view(question)).toBe(BigInt(String(row.get_dy)));
		}
	});

	it("quotes mainnet's 3pool at block 24,407,242 as it answered there", async () => {
		const real = realPoolSchema.parse(recordedFile("chain-state/1/curve_tripool_block_24407242.json"));
		const { entries } = realAnswersSchema.parse(recordedFile("onchain/curve_tripool_get_dy.json"));
		const tokens: string[] = [];
		for (const { decimals } of real.tokens)
			tokens.push((await chain.answering([{ call: selector("decimals()"), answer: number(decimals) }])).address);
		const contract = await chain.answering([
			...[
				["A", real.a_coefficient],
				["initial_A", real.initial_a],
				["future_A", real.future_a],
				["initial_A_time", real.initial_a_time],
				["future_A_time", real.future_a_time],
				["fee", real.fee],
			].map(([name, value = ""]) => ({ call: selector(`${name}()`), answer: number(value) })),
			...real.balances.map((balance, i) => ({ call: selector("balances(uint256)") + uintWord(i), answer: number(balance) })),
		]);
		const pool: Pool = {
			...{
				chainId: chain.client.chainId,
				address: contract.address,
				family: "curve-3pool",
				dex: "curve",
				tokens,
				feePips: 0,
				tickSpacing: 0,
			},
			details: { exchange: "int128", getters: "uint256", generation: "3pool" },
		};
		const { hash } = await chain.client.head();
		using engine = new Engine();
		engine.upsertPools(await loadStates({ client: chain.client, pools: [pool], blockHash: hash }));
		engine.setTime(Number(real.block_timestamp));
		const place = (symbol: string) => real.tokens.findIndex((token) => token.symbol === symbol);
		for (const [key, { value }] of Object.entries(entries)) {
			const [, , direction = "", amountIn = "0"] = key.split("|");
			const [tokenIn = "", tokenOut = ""] = direction.split("->").map((symbol) => tokens[place(symbol)]);
			expect(engine.view({ pool: contract.address, tokenIn, tokenOut, amountIn: BigInt(amountIn) }), key).toBe(BigInt(value));
		}
		console.log(`${Object.keys(entries).length} recorded answers compared`);
	});

	it("says what the pools hold of each coin without the admin's share", async () => {
		const { hash } = await chain.client.head();
		const holdings = await readHoldings({ client: chain.client, pools, blockHash: hash });
		for (const { contract, row } of standIns) {
			expect(holdings.find(({ pool }) => pool.address === contract.address)?.amounts).toEqual(textsOf(row, "balances").map(BigInt));
		}
	});

	it("keeps pools by logs as a fresh load has them, whatever event there was", async () => {
		console.log(`seed ${SEED}`);
		const random = seededRandom(SEED);
		const below = (limit: number) => Math.floor(random() * limit);
		const kept = await KeptBook.at(chain.client, pools);
		for (let round = 0; round < 20; round++) {
			for (let change = below(4); change >= 0; change--) {
				const standIn = standIns[below(standIns.length)] as StandIn;
				await chain.plant(
					standIn.contract,
					answersOf(
						standIn,
						moved(standIn.row, () => BigInt(below(1_000_000))),
					),
				);
				const { stateTopics } = adapterOf(standIn.kind.family);
				const topic = stateTopics[below(stateTopics.length)] ?? "";
				await chain.send(standIn.contract, "announce", [topic, addressTopic(chain.account)], `0x${"00".repeat(32 * below(8))}`);
			}
			await chain.mine();
			await kept.follow();
		}
		for (const standIn of standIns) await chain.plant(standIn.contract, answersOf(standIn, standIn.row));
		await chain.mine();
	});

	it("knows rates, balances of rebasing coins and donations by the next block, without a log of the pool", async () => {
		const silent = standIns.filter(
			({ kind }) =>
				kind.found.hasRates === true || kind.found.rebases === true || ["curve-crypto-v1", "tricrypto-ng"].includes(kind.family),
		);
		expect(silent.length).toBeGreaterThan(8);
		expect(
			pools
				.filter((pool) => adapterOf(pool.family).isSilent?.(pool) === true)
				.map(({ address }) => address)
				.sort(),
		).toEqual(silent.map(({ contract }) => contract.address).sort());
		const kept = await KeptBook.at(chain.client, pools);
		const before = new Map(pools.map((pool) => [pool.address, JSON.stringify(kept.state(pool))]));
		for (const standIn of silent) {
			const { kind, row } = standIn;
			const isRated = kind.found.hasRates === true;
			const other = isRated
				? { ...row, state: { ...row.state, rates: textsOf(row, "rates").map((rate) => `${rate}1`.slice(1)) } }
				: moved(row, () => 17n);
			const changed = answersOf(standIn, other).filter(
				({ call }) => kind.family !== "stableswap-ng" || call !== selector(isRated ? "get_balances()" : "stored_rates()"),
			);
			await chain.plant(standIn.contract, changed);
		}
		await chain.mine();
		await kept.follow();
		for (const { contract } of silent) expect(JSON.stringify(kept.state(contract))).not.toBe(before.get(contract.address));
		for (const standIn of silent) await chain.plant(standIn.contract, answersOf(standIn, standIn.row));
		await chain.mine();
		await kept.follow();
	});

	it("holds a pool for empty while its rates cannot be read, and quotes it again afterwards", async () => {
		const standIn = standIns.find(({ kind }) => kind.found.hasRates === true) as StandIn;
		const pool = poolOf(standIn) as Pool;
		const kept = await KeptBook.at(chain.client, pools);
		await chain.send(standIn.contract, "forget", selector("stored_rates()"));
		await chain.mine();
		await kept.follow();
		expect(quoted(kept.state(pool))).toBeNull();
		await chain.plant(standIn.contract, answersOf(standIn, standIn.row));
		await chain.mine();
		await kept.follow();
		expect(quoted(kept.state(pool))).toBeGreaterThan(0n);
	});

	it("gives a drained crypto pool a state that the engine takes and refuses every swap of", async () => {
		const standIn = standIns.find(({ kind }) => kind.family === "twocrypto-ng") as StandIn;
		const pool = poolOf(standIn) as Pool;
		const none = { ...standIn.row, state: { ...standIn.row.state, balances: ["0", "0"], D: "0", total_supply: "0" } };
		await chain.plant(standIn.contract, answersOf(standIn, none));
		await chain.mine();
		const [state] = (await loaded()).filter(({ address }) => address === pool.address);
		expect(state === undefined ? undefined : quoted(state)).toBeNull();
		await chain.plant(standIn.contract, answersOf(standIn, standIn.row));
		await chain.mine();
	});
});

/** Null where the engine refuses the swap. */
function quoted(state: PoolState): bigint | null {
	using engine = new Engine();
	engine.upsertPools([state]);
	const [tokenIn = "", tokenOut = ""] = "tokens" in state ? state.tokens : [];
	try {
		return engine.quote({ pool: state.address, tokenIn, tokenOut, amountIn: 10n ** 15n });
	} catch {
		return null;
	}
}

/** What the contract's getters answer in a state. */
function answersOf({ kind, lpToken }: StandIn, row: RecordedRow): Planted[] {
	const planted: Planted[] = [];
	const answers = (signature: string, answer: string) => planted.push({ call: selector(signature), answer });
	const scalar = (name: string) => answers(`${name}()`, number(textOf(row, name)));
	const indexed = (name: string, values: readonly string[]) => {
		for (const [i, value] of values.entries()) planted.push({ call: selector(`${name}(uint256)`) + uintWord(i), answer: number(value) });
	};
	if (kind.version !== undefined) answers("version()", text(kind.version));
	if (kind.family === "curve-3pool" || kind.family === "stableswap-ng") {
		for (const name of ["initial_A", "future_A", "initial_A_time", "future_A_time", "fee", "A"]) scalar(name);
		if (kind.family === "curve-3pool") indexed("balances", textsOf(row, "balances"));
		else {
			scalar("offpeg_fee_multiplier");
			answers("get_balances()", list(textsOf(row, "balances")));
			answers("stored_rates()", list(textsOf(row, "rates")));
		}
		return planted;
	}
	for (const name of [
		"initial_A_gamma",
		"future_A_gamma",
		"initial_A_gamma_time",
		"future_A_gamma_time",
		"mid_fee",
		"out_fee",
		"fee_gamma",
	])
		scalar(name);
	for (const name of ["allowed_extra_profit", "adjustment_step", "D", "virtual_price", "xcp_profit"]) scalar(name);
	indexed("balances", textsOf(row, "balances"));
	for (const name of ["price_scale", "price_oracle", "last_prices"]) {
		const prices = row.state[name];
		if (Array.isArray(prices)) indexed(name, prices);
		else scalar(name);
	}
	if (kind.family === "curve-crypto-v1") {
		for (const name of ["ma_half_time", "last_prices_timestamp"]) scalar(name);
		answers("token()", addressTopic(lpToken.address));
	} else {
		scalar("last_timestamp");
		// The averaging time lies below two other numbers.
		answers("packed_rebalancing_params()", number((7n << 128n) | (9n << 64n) | BigInt(textOf(row, "ma_exp_time"))));
		answers("totalSupply()", number(textOf(row, "total_supply")));
	}
	return planted;
}

/** The contract's own quotes for what is asked when it is discovered, by the engine's proven view of the recorded state. */
function quotesOf({ kind, contract, tokens }: StandIn, row: RecordedRow): Planted[] {
	const crypto = kind.family === "curve-3pool" || kind.family === "stableswap-ng" ? {} : { variant: kind.variant };
	using engine = new Engine();
	engine.upsertFamilyPool({ ...row.state, ...crypto, family: kind.family, address: contract.address, dex: "curve", tokens });
	engine.setTime(2_000_000_000);
	const get = "variant" in crypto ? selector("get_dy(uint256,uint256,uint256)") : selector("get_dy(int128,int128,uint256)");
	const balances = textsOf(row, "balances").map(BigInt);
	return tokens.flatMap((tokenIn, i) =>
		tokens.flatMap((tokenOut, j) =>
			i === j
				? []
				: amountsAsked(balances[i] ?? 0n).flatMap((amountIn): Planted[] => {
						const call = get + uintWord(i) + uintWord(j) + uintWord(amountIn);
						try {
							return [{ call, answer: number(engine.view({ pool: contract.address, tokenIn, tokenOut, amountIn })) }];
						} catch {
							return [];
						}
					}),
		),
	);
}

/** Another state of the same pool: balances, and of a crypto pool what goes with them. */
function moved(row: RecordedRow, by: () => bigint): RecordedRow {
	const more = (value: string) => (BigInt(value) + by()).toString();
	const { D, xcp_profit } = row.state;
	const crypto = typeof D === "string" && typeof xcp_profit === "string" ? { D: more(D), xcp_profit: more(xcp_profit) } : {};
	return { ...row, state: { ...row.state, ...crypto, balances: textsOf(row, "balances").map(more) } };
}

function textOf(row: RecordedRow, name: string): string {
	const value = row.state[name];
	if (typeof value === "string") return value;
	throw new Error(`the recorded state has no text ${name}`);
}

function textsOf(row: RecordedRow, name: string): readonly string[] {
	const value = row.state[name];
	if (Array.isArray(value)) return value;
	throw new Error(`the recorded state has no list ${name}`);
}
