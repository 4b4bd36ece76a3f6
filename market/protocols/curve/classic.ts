import { id } from "ethers";
import type { Pool } from "../../../domain/pool.ts";
import { uintWord } from "../abi-word.ts";
import type { Holdings, ProtocolAdapter, Reading, TrackedPool } from "../adapter.ts";
import { textDetail, unreadable } from "../adapter.ts";
import { type AnsweredPool, type Answers, askAbout, legible, readAll } from "../answers.ts";
import { decimalsOf, readDecimals } from "../decimals.ts";
import { poolsListed } from "./list.ts";
import { type RampQuestion, rampFields, rampQuestions } from "./stable-ramp.ts";
import { vetted } from "./vetting.ts";

const selector = (signature: string): string => id(signature).slice(0, 10);
const GET = {
	amplification: selector("A()"),
	preciseAmplification: selector("A_precise()"),
	fee: selector("fee()"),
	offpegFeeMultiplier: selector("offpeg_fee_multiplier()"),
	balances: { int128: selector("balances(int128)"), uint256: selector("balances(uint256)") },
};
const SIZES = [2, 3, 4, 5, 6, 7, 8];

/** By the contracts' generations and numbers of coins. None of these events tells the new balances: the admin's part of a fee stays out of them. */
const STATE_TOPICS = [
	...["TokenExchange(address,int128,uint256,int128,uint256)", "TokenExchangeUnderlying(address,int128,uint256,int128,uint256)"],
	...SIZES.flatMap((n) => [
		`AddLiquidity(address,uint256[${n}],uint256[${n}],uint256,uint256)`,
		`RemoveLiquidity(address,uint256[${n}],uint256[${n}],uint256)`,
		`RemoveLiquidityImbalance(address,uint256[${n}],uint256[${n}],uint256,uint256)`,
	]),
	...["RemoveLiquidityOne(address,uint256,uint256)", "RemoveLiquidityOne(address,uint256,uint256,uint256)"],
	...["RampA(uint256,uint256,uint256,uint256)", "StopRampA(uint256,uint256)"],
	...["NewFee(uint256,uint256)", "NewFee(uint256,uint256,uint256)", "NewParameters(uint256,uint256,uint256)", "ApplyNewFee(uint256)"],
].map((signature) => id(signature));

type Question = RampQuestion | "A" | "A_precise" | "fee" | "offpeg_fee_multiplier" | "balances";
type Generation = "compound" | "3pool" | "aave" | "steth" | "template" | "optimized";

/**
 * Curve's first plain pools. Every event reads the pool again at its block. `details.generation` is the contract whose text a pool follows, found out when it is
 * discovered; `details.getters` how its coins are numbered in `balances`.
 */
export const curveClassic: ProtocolAdapter = {
	families: ["curve-3pool"],
	stateTopics: STATE_TOPICS,
	creation: () => null,
	enumerate: (client, scope, part) => poolsListed(client, scope, { ...part, exchange: "int128" }),

	async complete(reading) {
		const numbered = (getters: string): Pool[] => reading.pools.map((pool) => ({ ...pool, details: { ...pool.details, getters } }));
		const [late, early] = await Promise.all([
			ask({ ...reading, pools: numbered("uint256") }),
			ask({ ...reading, pools: numbered("int128") }),
		]);
		const answered = late.map((one, i) => (one.answers.has("balances") ? one : (early[i] ?? one)));
		const candidates = answered.map(({ answers, ...of }) =>
			legible(generationsOf(answers), (generation) => {
				const pool = { ...answers.pool, details: { ...answers.pool.details, generation } };
				return { pool, tracked: trackedFrom(answers, { ...of, pool }) };
			}),
		);
		return (await vetted(reading, candidates, { indices: "int128" })).map(({ pool }) => pool);
	},

	async load(reading) {
		const answered = await ask(reading);
		return readAll(
			answered.map(
				({ answers, ...of }): AnsweredPool => ({ pool: answers.pool, read: () => trackedFrom(answers, { ...of, pool: answers.pool }) }),
			),
		);
	},

	holdings: balancesHeld,
	apply: (tracked, log) => (STATE_TOPICS.includes(log.topics[0] ?? "") ? "reload" : tracked),
};

interface Asked {
	readonly answers: Answers<Question>;
	readonly decimals: ReadonlyMap<string, bigint | null>;
	readonly timestamp: number;
}

async function ask(reading: Reading): Promise<Asked[]> {
	const [answered, decimals, block] = await Promise.all([
		askAbout<Question>(reading, (pool) => ({
			...rampQuestions(pool.address),
			A: { to: pool.address, data: GET.amplification },
			A_precise: { to: pool.address, data: GET.preciseAmplification },
			fee: { to: pool.address, data: GET.fee },
			offpeg_fee_multiplier: { to: pool.address, data: GET.offpegFeeMultiplier },
			...balanceQuestions(pool),
		})),
		readDecimals(reading),
		reading.client.block(reading.blockHash),
	]);
	return answered.map((answers) => ({ answers, decimals, timestamp: block?.timestamp ?? 0 }));
}

function balanceQuestions({ address, tokens, details }: Pool): {
	readonly balances: readonly { readonly to: string; readonly data: string }[];
} {
	const get = details.getters === "int128" ? GET.balances.int128 : GET.balances.uint256;
	return { balances: tokens.map((_, coin) => ({ to: address, data: get + uintWord(coin) })) };
}

/** The contracts that have the getters which answered. */
function generationsOf(answers: Answers<Question>): readonly Generation[] {
	if (!answers.has("initial_A")) return ["compound"];
	if (!answers.has("A_precise")) return ["3pool"];
	return answers.has("offpeg_fee_multiplier") ? ["aave"] : ["template", "optimized", "steth"];
}

function trackedFrom(answers: Answers<Question>, of: Omit<Asked, "answers"> & { readonly pool: Pool }): TrackedPool {
	const { pool } = of;
	const { address, dex, tokens, details } = pool;
	const generation = textDetail(pool, "generation");
	if (!(generationsOf(answers) as readonly string[]).includes(generation))
		throw unreadable(pool, `it has not the getters of generation ${generation}`);
	// The amplification of the first contracts never moves.
	const amplification = generation === "compound" ? answers.uint("A").toString() : null;
	const ramp =
		amplification === null
			? rampFields(answers)
			: { initial_A: amplification, future_A: amplification, initial_A_time: "0", future_A_time: "0" };
	return {
		state: {
			...{ family: "curve-3pool", address, dex, tokens, details, generation, n_coins: tokens.length },
			...ramp,
			fee: answers.uint("fee").toString(),
			...(generation === "aave" ? { offpeg_fee_multiplier: answers.uint("offpeg_fee_multiplier").toString() } : {}),
			rates: decimalsOf(pool, of.decimals).map((count) => (10n ** (36n - count)).toString()),
			balances: answers.each("balances").map(String),
			timestamp: of.timestamp,
		},
	};
}

/** Without the admin's share. */
async function balancesHeld(reading: Reading): Promise<Holdings[]> {
	return legible(await askAbout(reading, balanceQuestions), (answers) => ({ pool: answers.pool, amounts: answers.each("balances") }));
}
