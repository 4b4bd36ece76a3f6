import { id } from "ethers";
import type { Pool } from "../../../domain/pool.ts";
import { addressTopic } from "../abi-word.ts";
import { factoryOf, type ProtocolAdapter, type Reading, type TrackedPool } from "../adapter.ts";
import { type AnsweredPool, type Answers, askAbout, legible, readAll } from "../answers.ts";
import { poolsListed } from "./list.ts";
import { type RampQuestion, rampFields, rampQuestions } from "./stable-ramp.ts";
import { isEmpty, vetted } from "./vetting.ts";

const selector = (signature: string): string => id(signature).slice(0, 10);
const GET = {
	balances: selector("get_balances()"),
	rates: selector("stored_rates()"),
	fee: selector("fee()"),
	offpegFeeMultiplier: selector("offpeg_fee_multiplier()"),
	version: selector("version()"),
	assetTypes: selector("get_pool_asset_types(address)"),
};
/** The version whose text the engine follows. */
const V700 = Buffer.from("v7.0.0").toString("hex");
/** `CurveStableSwapNG`: 1 has a rate oracle, 2 rebases, 3 is an ERC-4626 share. */
const [ORACLE, REBASING, SHARE] = [1n, 2n, 3n];
const STATE_TOPICS = [
	"TokenExchange(address,int128,uint256,int128,uint256)",
	"AddLiquidity(address,uint256[],uint256[],uint256,uint256)",
	"RemoveLiquidity(address,uint256[],uint256[],uint256)",
	"RemoveLiquidityOne(address,int128,uint256,uint256,uint256)",
	"RemoveLiquidityImbalance(address,uint256[],uint256[],uint256,uint256)",
	"RampA(uint256,uint256,uint256,uint256)",
	"StopRampA(uint256,uint256)",
	"ApplyNewFee(uint256,uint256)",
].map((signature) => id(signature));

type Question = RampQuestion | "get_balances" | "stored_rates" | "fee" | "offpeg_fee_multiplier";

/**
 * Plain pools of Curve's StableSwap-NG. Every event reads the pool again at its block: the admin's part of a fee is in none of them. Rates of oracles and shares, and
 * balances of rebasing tokens, are read with every block. While an oracle does not answer, swaps revert: the pool counts as empty.
 */
export const stableswapNg: ProtocolAdapter = {
	families: ["stableswap-ng"],
	stateTopics: STATE_TOPICS,
	creation: () => null,
	enumerate: (client, scope, part) => poolsListed(client, scope, { ...part, exchange: "int128" }),

	async complete(reading, { dex }) {
		const factory = factoryOf(dex);
		const told = await askAbout(reading, ({ address }) => ({
			get_pool_asset_types: { to: factory, data: GET.assetTypes + addressTopic(address).slice(2) },
			version: { to: address, data: GET.version },
		}));
		const ofKnownVersion = new Set(
			told.filter((answers) => answers.has("version") && answers.data("version").includes(V700)).map(({ pool }) => pool.address),
		);
		const pools = legible(told, (answers): Pool => {
			const assetTypes = answers.list("get_pool_asset_types");
			const hasRates = assetTypes.some((type) => type === ORACLE || type === SHARE);
			return { ...answers.pool, details: { ...answers.pool.details, hasRates, rebases: assetTypes.includes(REBASING) } };
		});
		const answered = await ask({ ...reading, pools });
		const candidates = answered.map((one) => legible([one], ({ pool, read }) => ({ pool, tracked: read() })));
		return (await vetted(reading, candidates, { indices: "int128", isKnown: ({ address }) => ofKnownVersion.has(address) })).map(
			({ pool }) => pool,
		);
	},

	async load(reading) {
		return readAll(await ask(reading));
	},

	// What was not asked for yet counts as moving.
	isSilent: ({ details }) => details.hasRates !== false || details.rebases !== false,

	async refresh(reading, tracked) {
		const answered = await askAbout(reading, (pool) => ({
			stored_rates: { to: pool.address, data: GET.rates },
			get_balances: pool.details.rebases === false ? [] : [{ to: pool.address, data: GET.balances }],
		}));
		const again: Pool[] = [];
		const after = tracked.map((one, i) => {
			const answers = answered[i];
			const { state } = one;
			if (answers === undefined || state.family !== "stableswap-ng") return one;
			const nothing = state.tokens.map(() => "0");
			if (!answers.has("stored_rates")) return { ...one, state: { ...state, rates: nothing, balances: nothing } };
			if (isEmpty(state)) again.push(answers.pool);
			const balances = answers.pool.details.rebases === false ? state.balances : answers.list("get_balances").map(String);
			return { ...one, state: { ...state, rates: answers.list("stored_rates").map(String), balances } };
		});
		const read = new Map(readAll(await ask({ ...reading, pools: again })).map((one) => [one.state.address, one]));
		return after.map((one) => read.get(one.state.address) ?? one);
	},

	async holdings(reading) {
		const answered = await askAbout(reading, (pool) => ({ get_balances: { to: pool.address, data: GET.balances } }));
		return legible(answered, (answers) => ({ pool: answers.pool, amounts: answers.list("get_balances") }));
	},

	apply: (tracked, log) => (STATE_TOPICS.includes(log.topics[0] ?? "") ? "reload" : tracked),
};

async function ask(reading: Reading): Promise<AnsweredPool[]> {
	const [answered, block] = await Promise.all([
		askAbout<Question>(reading, ({ address }) => ({
			...rampQuestions(address),
			get_balances: { to: address, data: GET.balances },
			stored_rates: { to: address, data: GET.rates },
			fee: { to: address, data: GET.fee },
			offpeg_fee_multiplier: { to: address, data: GET.offpegFeeMultiplier },
		})),
		reading.client.block(reading.blockHash),
	]);
	return answered.map((answers) => ({ pool: answers.pool, read: () => trackedFrom(answers, block?.timestamp ?? 0) }));
}

function trackedFrom(answers: Answers<Question>, timestamp: number): TrackedPool {
	const { address, dex, tokens, details } = answers.pool;
	const isPriced = answers.has("stored_rates");
	return {
		state: {
			...{ family: "stableswap-ng", address, dex, tokens, details, n_coins: tokens.length },
			...rampFields(answers),
			fee: answers.uint("fee").toString(),
			offpeg_fee_multiplier: answers.uint("offpeg_fee_multiplier").toString(),
			rates: isPriced ? answers.list("stored_rates").map(String) : tokens.map(() => "0"),
			balances: isPriced ? answers.list("get_balances").map(String) : tokens.map(() => "0"),
			timestamp,
		},
	};
}
