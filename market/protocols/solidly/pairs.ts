import { id } from "ethers";
import type { OtherPoolState, Pool } from "../../../domain/pool.ts";
import type { ChainLog } from "../../log.ts";
import { addressAt, addressTopic, uintAt, uintWord } from "../abi-word.ts";
import { factoryOf, type ProtocolAdapter, type Reading, type Reserves, textDetail } from "../adapter.ts";
import { type AnsweredPool, type Answers, askAbout, readAll } from "../answers.ts";
import { pairsListed } from "./list.ts";

type PairFamily = "velodrome-v1" | "velodrome-v2" | "aerodrome-v2";

const selector = (signature: string): string => id(signature).slice(0, 10);
const PAIR_CREATED = id("PairCreated(address,address,bool,address,uint256)");
const POOL_CREATED = id("PoolCreated(address,address,bool,address,uint256)");
const SYNC = id("Sync(uint256,uint256)");
const GET = {
	metadata: selector("metadata()"),
	reserves: selector("getReserves()"),
	isPaused: selector("isPaused()"),
	feeOfKind: selector("getFee(bool)"),
	feeOfPool: selector("getFee(address,bool)"),
	pairCount: selector("allPairsLength()"),
	pair: selector("allPairs(uint256)"),
	poolCount: selector("allPoolsLength()"),
	pool: selector("allPools(uint256)"),
};

/** Where the two generations of contracts differ. */
interface Generation {
	readonly creation: string;
	/** Pool and flag of a stable pair, in the event. */
	announced(log: ChainLog): { readonly address: string; readonly stable: boolean };
	/** The factory's `getFee` for a pair, basis points. */
	fee(pool: Pool): string;
	readonly count: string;
	readonly item: string;
}

const FIRST: Generation = {
	creation: PAIR_CREATED,
	announced: (log) => ({ address: addressAt(log.data, 1), stable: uintAt(log.data, 0) !== 0n }),
	fee: (pool) => GET.feeOfKind + uintWord(pool.details.stable === true ? 1 : 0),
	count: GET.pairCount,
	item: GET.pair,
};
const SECOND: Generation = {
	creation: POOL_CREATED,
	announced: (log) => ({ address: addressAt(log.data, 0), stable: uintAt(log.topics[3] ?? "0x00", 0) !== 0n }),
	fee: (pool) => GET.feeOfPool + addressTopic(pool.address).slice(2) + uintWord(pool.details.stable === true ? 1 : 0),
	count: GET.poolCount,
	item: GET.pool,
};

export const velodromeV1 = pairs(["velodrome-v1"], FIRST);
/** Aerodrome's contracts differ in how a stable pair's curve is solved alone. */
export const velodromeV2 = pairs(["velodrome-v2", "aerodrome-v2"], SECOND);

/**
 * Pairs of the Solidly kind. Every change of reserves ends with a `Sync` that carries both. Fee and pause are the factory's, which logs them without the pair or not
 * at all: both are read with every block. While the factory is paused no pair swaps, and each counts as one without reserves.
 */
function pairs(families: readonly PairFamily[], generation: Generation): ProtocolAdapter {
	return {
		families,
		stateTopics: [SYNC],

		creation({ chainId, dex }) {
			const factory = factoryOf(dex);
			return {
				emitter: factory,
				topics: (tokens) => [generation.creation, tokens, tokens],
				parse(log) {
					const { address, stable } = generation.announced(log);
					const tokens = [addressAt(log.topics[1] ?? "0x00", 0), addressAt(log.topics[2] ?? "0x00", 0)];
					return { chainId, address, family: dex.family, dex: dex.name, tokens, feePips: 0, tickSpacing: 0, details: { stable, factory } };
				},
			};
		},

		enumerate: (client, scope, part) =>
			pairsListed(
				{ client, scope, part },
				{
					...{ count: generation.count, item: generation.item, facts: [{ get: GET.metadata, words: 7 }] },
					read: ([metadata = "0x00"]) => ({ stable: uintAt(metadata, 4) !== 0n, tokens: [addressAt(metadata, 5), addressAt(metadata, 6)] }),
				},
			),

		async load(reading) {
			return readAll(await ask(reading));
		},

		isSilent: () => true,

		async refresh(reading, tracked) {
			const answered = await askAbout(reading, factoryQuestions);
			const again: Pool[] = [];
			const after = tracked.map((one, i) => {
				const answers = answered[i];
				const { state } = one;
				if (answers === undefined || !isPair(state)) return one;
				const fee = answers.uint("getFee").toString();
				if (answers.flag("isPaused")) return { ...one, state: { ...state, fee, reserve0: "0", reserve1: "0" } };
				// Perhaps it was paused until now.
				if (state.reserve0 === "0" || state.reserve1 === "0") again.push(answers.pool);
				return { ...one, state: { ...state, fee } };
			});
			const read = new Map(readAll(await ask({ ...reading, pools: again })).map((one) => [one.state.address, one]));
			return after.map((one) => read.get(one.state.address) ?? one);
		},

		async reserves(reading) {
			const volatile = reading.pools.filter((pool) => pool.details.stable === false);
			return await reservesOf({ ...reading, pools: volatile });
		},

		async holdings(reading) {
			return (await reservesOf(reading)).map(({ pool, reserve0, reserve1 }) => ({ pool, amounts: [reserve0, reserve1] }));
		},

		apply(tracked, log) {
			const { state } = tracked;
			if (!isPair(state) || log.topics[0] !== SYNC) return tracked;
			return { ...tracked, state: { ...state, reserve0: uintAt(log.data, 0).toString(), reserve1: uintAt(log.data, 1).toString() } };
		},
	};

	function isPair(state: { readonly family: string }): state is OtherPoolState {
		return families.some((family) => family === state.family);
	}

	function factoryQuestions(pool: Pool) {
		const factory = textDetail(pool, "factory");
		return { getFee: { to: factory, data: generation.fee(pool) }, isPaused: { to: factory, data: GET.isPaused } };
	}

	async function ask(reading: Reading): Promise<AnsweredPool[]> {
		const answered = await askAbout(reading, (pool) => ({ metadata: { to: pool.address, data: GET.metadata }, ...factoryQuestions(pool) }));
		return answered.map((answers) => ({ pool: answers.pool, read: () => ({ state: stateFrom(answers) }) }));
	}

	function stateFrom(answers: Answers<"metadata" | "getFee" | "isPaused">): OtherPoolState {
		const { address, dex, tokens, details, family } = answers.pool;
		const word = (index: number): string => answers.uint("metadata", index).toString();
		const isPaused = answers.flag("isPaused");
		return {
			...{ family: families.find((one) => one === family) ?? "velodrome-v2", address, dex, tokens, details },
			// `metadata`: 10^decimals, reserves, flag and tokens, each of token 0 and 1.
			...{ decimals0: word(0), decimals1: word(1), stable: answers.flag("metadata", 4) },
			...{ reserve0: isPaused ? "0" : word(2), reserve1: isPaused ? "0" : word(3) },
			fee: answers.uint("getFee").toString(),
		};
	}
}

async function reservesOf(reading: Reading): Promise<Reserves[]> {
	const answered = await askAbout(reading, ({ address }) => ({ getReserves: { to: address, data: GET.reserves } }));
	return answered.map((answers) => ({
		pool: answers.pool,
		reserve0: answers.uint("getReserves", 0),
		reserve1: answers.uint("getReserves", 1),
	}));
}
