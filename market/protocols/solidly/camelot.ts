import { id } from "ethers";
import { addressAt, addressWord, uintAt } from "../abi-word.ts";
import { factoryOf, type ProtocolAdapter, type Reading, type Reserves, textDetail } from "../adapter.ts";
import { type AnsweredPool, askAbout, legible, readAll } from "../answers.ts";
import { pairsListed } from "./list.ts";

const selector = (signature: string): string => id(signature).slice(0, 10);
const PAIR_CREATED = id("PairCreated(address,address,address,uint256)");
const SYNC = id("Sync(uint112,uint112)");
const FEES_UPDATED = id("FeePercentUpdated(uint16,uint16)");
/** The owner may make a pair stable or volatile until it is told not to any more. */
const KIND_SET = id("SetStableSwap(bool,bool)");
const GET = {
	reserves: selector("getReserves()"),
	stableSwap: selector("stableSwap()"),
	multiplier0: selector("precisionMultiplier0()"),
	multiplier1: selector("precisionMultiplier1()"),
	feeInfo: selector("feeInfo()"),
	token0: selector("token0()"),
	token1: selector("token1()"),
	count: selector("allPairsLength()"),
	item: selector("allPairs(uint256)"),
};

/**
 * Pairs of Camelot V2. Reserves come whole with each `Sync`, the fee of each token with `FeePercentUpdated`. Whether a pair is stable is not in the event of its creation, and
 * may change. The owner's share of a stable pair's fee is the factory's and read with every block.
 */
export const camelotV2: ProtocolAdapter = {
	families: ["camelot-v2"],
	stateTopics: [SYNC, FEES_UPDATED, KIND_SET],

	creation({ chainId, dex }) {
		const factory = factoryOf(dex);
		return {
			emitter: factory,
			topics: (tokens) => [PAIR_CREATED, tokens, tokens],
			parse: (log) => ({
				...{ chainId, address: addressAt(log.data, 0), family: dex.family, dex: dex.name },
				tokens: [addressAt(log.topics[1] ?? "0x00", 0), addressAt(log.topics[2] ?? "0x00", 0)],
				...{ feePips: 0, tickSpacing: 0, details: { factory } },
			}),
		};
	},

	async complete(reading) {
		const kinds = await askAbout(reading, ({ address }) => ({ stableSwap: { to: address, data: GET.stableSwap } }));
		return legible(kinds, (answers) => ({ ...answers.pool, details: { ...answers.pool.details, stable: answers.flag("stableSwap") } }));
	},

	enumerate: (client, scope, part) =>
		pairsListed(
			{ client, scope, part },
			{
				...{ count: GET.count, item: GET.item },
				facts: [GET.token0, GET.token1, GET.stableSwap].map((get) => ({ get, words: 1 })),
				read: ([token0 = "0x00", token1 = "0x00", stable = "0x00"]) => ({
					tokens: [addressAt(token0, 0), addressAt(token1, 0)],
					stable: uintAt(stable, 0) !== 0n,
				}),
			},
		),

	async load(reading) {
		return readAll(await ask(reading));
	},

	isSilent: () => true,

	async refresh(reading, tracked) {
		const answered = await askAbout(reading, (pool) => ({ feeInfo: { to: textDetail(pool, "factory"), data: GET.feeInfo } }));
		return tracked.map((one, i) => {
			const answers = answered[i];
			if (answers === undefined || one.state.family !== "camelot-v2") return one;
			return { ...one, state: { ...one.state, ...shareFields(answers.uint("feeInfo", 0), answers.uint("feeInfo", 1)) } };
		});
	},

	async reserves(reading) {
		return (await reservesOf(reading)).filter(({ isStable }) => !isStable).map(({ isStable: _, ...reserves }) => reserves);
	},

	async holdings(reading) {
		return (await reservesOf(reading)).map(({ pool, reserve0, reserve1 }) => ({ pool, amounts: [reserve0, reserve1] }));
	},

	apply(tracked, log) {
		const { state } = tracked;
		if (state.family !== "camelot-v2") return tracked;
		const words = (): readonly [string, string] => [uintAt(log.data, 0).toString(), uintAt(log.data, 1).toString()];
		switch (log.topics[0]) {
			case SYNC: {
				const [reserve0, reserve1] = words();
				return { ...tracked, state: { ...state, reserve0, reserve1 } };
			}
			case FEES_UPDATED: {
				const [token0FeePercent, token1FeePercent] = words();
				return { ...tracked, state: { ...state, token0FeePercent, token1FeePercent } };
			}
			case KIND_SET:
				return "reload";
			default:
				return tracked;
		}
	},
};

async function ask(reading: Reading): Promise<AnsweredPool[]> {
	const answered = await askAbout(reading, (pool) => ({
		getReserves: { to: pool.address, data: GET.reserves },
		stableSwap: { to: pool.address, data: GET.stableSwap },
		precisionMultiplier0: { to: pool.address, data: GET.multiplier0 },
		precisionMultiplier1: { to: pool.address, data: GET.multiplier1 },
		feeInfo: { to: textDetail(pool, "factory"), data: GET.feeInfo },
	}));
	return answered.map((answers) => ({
		pool: answers.pool,
		read() {
			const { address, dex, tokens, details } = answers.pool;
			const stableSwap = answers.flag("stableSwap");
			// Reserves, then the fee of each token, of 100,000.
			const [reserve0, reserve1, token0FeePercent, token1FeePercent] = [0, 1, 2, 3].map((word) =>
				answers.uint("getReserves", word).toString(),
			);
			return {
				state: {
					...{ family: "camelot-v2", address, dex, tokens, details: { ...details, stable: stableSwap } },
					...{ reserve0, reserve1, token0FeePercent, token1FeePercent, stableSwap },
					precisionMultiplier0: answers.uint("precisionMultiplier0").toString(),
					precisionMultiplier1: answers.uint("precisionMultiplier1").toString(),
					...shareFields(answers.uint("feeInfo", 0), answers.uint("feeInfo", 1)),
				},
			};
		},
	}));
}

/** The factory's `feeInfo`: the owner's share, of 100,000, and who gets it. */
function shareFields(share: bigint, to: bigint): { readonly ownerFeeShare: string; readonly feeTo: string } {
	return { ownerFeeShare: share.toString(), feeTo: addressWord(to) };
}

async function reservesOf(reading: Reading): Promise<(Reserves & { readonly isStable: boolean })[]> {
	const answered = await askAbout(reading, ({ address }) => ({
		getReserves: { to: address, data: GET.reserves },
		stableSwap: { to: address, data: GET.stableSwap },
	}));
	return answered.map((answers) => ({
		...{ pool: answers.pool, isStable: answers.flag("stableSwap") },
		...{ reserve0: answers.uint("getReserves", 0), reserve1: answers.uint("getReserves", 1) },
	}));
}
