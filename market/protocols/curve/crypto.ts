import { id } from "ethers";
import type { OtherPoolState, Pool } from "../../../domain/pool.ts";
import type { Call } from "../../chain-client.ts";
import { uintWord } from "../abi-word.ts";
import { type ProtocolAdapter, type Reading, type TrackedPool, textDetail } from "../adapter.ts";
import { type AnsweredPool, type Answers, askAbout, legible, readAll } from "../answers.ts";
import { decimalsOf, readDecimals } from "../decimals.ts";
import { poolsListed } from "./list.ts";
import { vetted } from "./vetting.ts";

type CryptoFamily = "curve-crypto-v1" | "tricrypto-ng" | "twocrypto-ng";

/** By generation and number of coins. A swap may move price scale, invariant and supply, which no event tells whole. */
const STATE_TOPICS = [
	...["TokenExchange(address,uint256,uint256,uint256,uint256)", "TokenExchange(address,uint256,uint256,uint256,uint256,uint256,uint256)"],
	...[2, 3].flatMap((n) => [
		`AddLiquidity(address,uint256[${n}],uint256,uint256)`,
		`AddLiquidity(address,uint256[${n}],uint256,uint256,uint256)`,
		`RemoveLiquidity(address,uint256[${n}],uint256)`,
		`RemoveLiquidityImbalance(address,uint256,uint256[${n}],uint256,uint256)`,
		`ClaimAdminFee(address,uint256[${n}])`,
	]),
	...["RemoveLiquidityOne(address,uint256,uint256,uint256)", "RemoveLiquidityOne(address,uint256,uint256,uint256,uint256,uint256)"],
	...[
		"ClaimAdminFee(address,uint256)",
		"RampAgamma(uint256,uint256,uint256,uint256,uint256,uint256)",
		"StopRampA(uint256,uint256,uint256)",
	],
	...[6, 7].map((count) => `NewParameters(${Array(count).fill("uint256").join(",")})`),
].map((signature) => id(signature));

/** Getters of one number that the contracts of all generations have. */
const NUMBERS = [
	...(["initial_A_gamma", "future_A_gamma", "initial_A_gamma_time", "future_A_gamma_time", "mid_fee", "out_fee", "fee_gamma"] as const),
	...(["allowed_extra_profit", "adjustment_step", "D", "virtual_price", "xcp_profit"] as const),
] as const;
/** One number for two coins, one by index for three. */
const PRICES = ["price_scale", "price_oracle", "last_prices"] as const;
const get = (signature: string): string => id(signature).slice(0, 10);
const GET = {
	balances: get("balances(uint256)"),
	token: get("token()"),
	totalSupply: get("totalSupply()"),
	halfTime: get("ma_half_time()"),
	rebalancing: get("packed_rebalancing_params()"),
	lastPricesTimestamp: get("last_prices_timestamp()"),
	lastTimestamp: get("last_timestamp()"),
	donations: get("donation_shares()"),
	version: get("version()"),
	invariant: get("D()"),
};
/** The averaging time is the lowest of three numbers of 64 bits. */
const TIME_BITS = 64;
const V200 = Buffer.from("v2.0.0").toString("hex");

type Question =
	| (typeof NUMBERS)[number]
	| (typeof PRICES)[number]
	| "balances"
	| "totalSupply"
	| "ma_half_time"
	| "packed_rebalancing_params"
	| "last_prices_timestamp"
	| "last_timestamp";

/** Crypto pools of the first generation: tricrypto2, and the factory's pools of two coins. */
export const curveCryptoV1 = cryptoPools("curve-crypto-v1", { takesDonationsIn: true });
/** Curve's tricrypto-NG. */
export const tricryptoNg = cryptoPools("tricrypto-ng", { takesDonationsIn: true });
/** Curve's twocrypto-NG. */
export const twocryptoNg = cryptoPools("twocrypto-ng", { takesDonationsIn: false });

/**
 * Curve's pools of unpegged coins. Every event reads the pool again at its block. Contracts that take in what was sent to them when anybody has admin fees claimed do so
 * without an event where there is no profit: those pools are asked for `D` with every block, and read again where it has changed. What the averages do with time the engine computes.
 */
function cryptoPools(family: CryptoFamily, of: { readonly takesDonationsIn: boolean }): ProtocolAdapter {
	return {
		families: [family],
		stateTopics: STATE_TOPICS,
		creation: () => null,
		enumerate: (client, scope, part) => poolsListed(client, scope, { ...part, exchange: "uint256" }),

		async complete(reading) {
			const told = await askAbout(reading, ({ address }) => ({
				token: { to: address, data: GET.token },
				version: { to: address, data: GET.version },
				donation_shares: { to: address, data: GET.donations },
			}));
			// Contracts with donations swap by other rules than those that were compared.
			const known = told.filter((answers) => !answers.has("donation_shares"));
			const pools = known.map((answers): Pool => {
				const { pool } = answers;
				const lpToken = family === "curve-crypto-v1" && answers.has("token") ? answers.address("token") : pool.address;
				return { ...pool, details: { ...pool.details, lpToken } };
			});
			const asked = await ask({ ...reading, pools });
			const candidates = asked.map((one, i) =>
				legible(variantsOf(one.answers.pool, known[i]?.has("version") === true ? (known[i]?.data("version") ?? "") : ""), (variant) => {
					const pool = { ...one.answers.pool, details: { ...one.answers.pool.details, variant } };
					return { pool, tracked: trackedFrom(one, pool) };
				}),
			);
			return (await vetted(reading, candidates, { indices: "uint256" })).map(({ pool }) => pool);
		},

		async load(reading) {
			const asked = await ask(reading);
			return readAll(asked.map((one): AnsweredPool => ({ pool: one.answers.pool, read: () => trackedFrom(one, one.answers.pool) })));
		},

		isSilent: () => of.takesDonationsIn,

		async refresh(reading, tracked) {
			const answered = await askAbout(reading, ({ address }) => ({ D: { to: address, data: GET.invariant } }));
			const again = answered.flatMap((answers, i) => {
				const state = tracked[i]?.state;
				return state?.family === family && state.D === answers.uint("D").toString() ? [] : [answers.pool];
			});
			const asked = await ask({ ...reading, pools: again });
			const read = new Map(asked.map((one) => [one.answers.pool.address, trackedFrom(one, one.answers.pool)]));
			return tracked.map((one) => read.get(one.state.address) ?? one);
		},

		async holdings(reading) {
			return legible(await askAbout(reading, balanceQuestions), (answers) => ({ pool: answers.pool, amounts: answers.each("balances") }));
		},

		apply: (tracked, log) => (STATE_TOPICS.includes(log.topics[0] ?? "") ? "reload" : tracked),
	};

	/** The contracts that such a pool may be, as the engine names them. */
	function variantsOf({ tokens }: Pool, version: string): readonly string[] {
		if (family === "curve-crypto-v1") return [tokens.length === 3 ? "tricrypto2" : "cryptoswap2eth"];
		// With the native coin or without it swaps alike.
		if (family === "tricrypto-ng") return ["tricrypto-weth"];
		return version.includes(V200) ? ["twocrypto-v2.0.0"] : ["twocrypto-v2.1.0", "twocrypto-main2025"];
	}

	function trackedFrom({ answers, decimals, timestamp }: Asked, pool: Pool): TrackedPool {
		const { address, dex, tokens, details } = pool;
		const variant = textDetail(pool, "variant");
		const precisions = decimalsOf(pool, decimals).map((count) => (10n ** (18n - count)).toString());
		const one = (question: Question): string => answers.uint(question).toString();
		const prices = (question: (typeof PRICES)[number]): string | readonly string[] => {
			const [first = "", ...rest] = answers.each(question).map(String);
			return rest.length === 0 ? first : [first, ...rest];
		};
		// Of an empty pool. The engine divides by both, and refuses every swap of a pool that holds nothing.
		const atLeastOne = (question: "totalSupply" | "virtual_price"): string => (answers.uint(question) || 1n).toString();
		const isFirst = family === "curve-crypto-v1";
		const averaging = isFirst
			? { ma_half_time: one("ma_half_time"), last_prices_timestamp: one("last_prices_timestamp") }
			: {
					ma_exp_time: BigInt.asUintN(TIME_BITS, answers.uint("packed_rebalancing_params")).toString(),
					last_timestamp: one(answers.has("last_timestamp") ? "last_timestamp" : "last_prices_timestamp"),
				};
		const state: OtherPoolState = {
			...{ family, address, dex, tokens, details, variant },
			...Object.fromEntries(NUMBERS.map((name) => [name, one(name)])),
			...Object.fromEntries(PRICES.map((name) => [name, prices(name)])),
			...{ balances: answers.each("balances").map(String), precisions, total_supply: atLeastOne("totalSupply") },
			virtual_price: atLeastOne("virtual_price"),
			...averaging,
			timestamp,
		};
		return { state };
	}

	async function ask(reading: Reading): Promise<Asked[]> {
		const [answered, decimals, block] = await Promise.all([
			askAbout<Question>(reading, (pool) => questionsOf(pool)),
			readDecimals(reading),
			reading.client.block(reading.blockHash),
		]);
		return answered.map((answers) => ({ answers, decimals, timestamp: block?.timestamp ?? 0 }));
	}
}

interface Asked {
	readonly answers: Answers<Question>;
	readonly decimals: ReadonlyMap<string, bigint | null>;
	readonly timestamp: number;
}

function questionsOf(pool: Pool): Record<Question, Call | readonly Call[]> {
	const { address, tokens } = pool;
	const getter = (name: string): Call => ({ to: address, data: get(`${name}()`) });
	const price = (name: string): Call | readonly Call[] =>
		tokens.length === 2 ? getter(name) : tokens.slice(1).map((_, i) => ({ to: address, data: get(`${name}(uint256)`) + uintWord(i) }));
	const numbers = Object.fromEntries(NUMBERS.map((name) => [name, getter(name)])) as Record<(typeof NUMBERS)[number], Call>;
	const prices = Object.fromEntries(PRICES.map((name) => [name, price(name)])) as Record<(typeof PRICES)[number], Call | readonly Call[]>;
	return {
		...numbers,
		...prices,
		...balanceQuestions(pool),
		totalSupply: { to: textDetail(pool, "lpToken"), data: GET.totalSupply },
		ma_half_time: { to: address, data: GET.halfTime },
		packed_rebalancing_params: { to: address, data: GET.rebalancing },
		last_prices_timestamp: { to: address, data: GET.lastPricesTimestamp },
		last_timestamp: { to: address, data: GET.lastTimestamp },
	};
}

function balanceQuestions({ address, tokens }: Pool): { readonly balances: readonly Call[] } {
	return { balances: tokens.map((_, coin) => ({ to: address, data: GET.balances + uintWord(coin) })) };
}
