import { id } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import { readWords } from "../../rust-wasm/limbs.ts";
import { readPairs } from "../bulk/pair-states.ts";
import { addressAt, uintAt } from "./abi-word.ts";
import { assertRead, type Dex, factoryOf, type ProtocolAdapter, type Reading, type Reserves } from "./adapter.ts";
import { listedPairs } from "./pair-list.ts";

const PAIR_CREATED = id("PairCreated(address,address,address,uint256)");
const SYNC = id("Sync(uint112,uint112)");

/** Constant-product pairs: every change of reserves ends with a `Sync` that carries both (`UniswapV2Pair._update`). */
export const uniswapV2: ProtocolAdapter = {
	families: ["uniswap-v2"],
	stateTopics: [SYNC],

	creation({ chainId, dex }) {
		const feePips = pairFee(dex);
		return {
			emitter: factoryOf(dex),
			topics: (tokens) => [PAIR_CREATED, tokens, tokens],
			parse: (log) => ({
				...{ chainId, address: addressAt(log.data, 0), family: "uniswap-v2", dex: dex.name },
				tokens: [addressAt(log.topics[1] ?? "0x", 0), addressAt(log.topics[2] ?? "0x", 0)],
				...{ feePips, tickSpacing: 0, details: {} },
			}),
		};
	},

	async enumerate(client, { chainId, dex }, part) {
		const { pairs, total } = await listedPairs(client, { ...part, factory: factoryOf(dex) });
		const shared = { chainId, family: "uniswap-v2", dex: dex.name, feePips: pairFee(dex), tickSpacing: 0, details: {} } as const;
		return { total, pools: pairs.map((pair) => ({ ...shared, ...pair })) };
	},

	async load(reading) {
		const reserves = await readReserves(reading);
		return reserves.map(({ pool: { address, dex, tokens, feePips }, reserve0, reserve1 }) => {
			const [token0 = "", token1 = ""] = tokens;
			const shape = { address, dex, token0, token1, feePips };
			return { state: { family: "uniswap-v2", ...shape, reserve0: reserve0.toString(), reserve1: reserve1.toString() } };
		});
	},

	reserves: readReserves,

	/** Reserves: tokens sent to a pair that it has not booked are not its own yet. */
	async holdings(reading) {
		return (await readReserves(reading)).map(({ pool, reserve0, reserve1 }) => ({ pool, amounts: [reserve0, reserve1] }));
	},

	apply(tracked, log) {
		if (tracked.state.family !== "uniswap-v2" || log.topics[0] !== SYNC) return tracked;
		return { state: { ...tracked.state, reserve0: uintAt(log.data, 0).toString(), reserve1: uintAt(log.data, 1).toString() } };
	},
};

/**
 * What each swap of the dex's pairs costs, in millionths.
 *
 * @throws ArbError `configuration` where the settings do not say: pairs do not tell it.
 */
export function pairFee({ name, feePips }: Dex): number {
	if (feePips !== undefined) return feePips;
	throw new ArbError({
		code: "configuration",
		message: `dex ${name}: feePips is missing; pairs do not tell their fee, so the settings must`,
		retryable: false,
	});
}

async function readReserves({ client, pools, blockHash }: Reading): Promise<Reserves[]> {
	const { status, reserves } = await readPairs(client, { addresses: pools.map((pool) => pool.address), blockHash });
	return pools.map((pool, i) => {
		assertRead(pool, status[i]);
		return {
			pool,
			reserve0: readWords(reserves, { offset: i * 4, words: 2 }),
			reserve1: readWords(reserves, { offset: i * 4 + 2, words: 2 }),
		};
	});
}
