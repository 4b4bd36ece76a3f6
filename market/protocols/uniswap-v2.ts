import { id } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import { readWords } from "../../rust-wasm/limbs.ts";
import { readPairs } from "../bulk/pair-states.ts";
import { addressAt, uintAt } from "./abi-word.ts";
import { assertRead, type ProtocolAdapter } from "./adapter.ts";

const PAIR_CREATED = id("PairCreated(address,address,address,uint256)");
const SYNC = id("Sync(uint112,uint112)");

/** Constant-product pairs: every change of reserves ends with a `Sync` that carries both (`UniswapV2Pair._update`). */
export const uniswapV2: ProtocolAdapter = {
	family: "uniswap-v2",
	creationTopic: PAIR_CREATED,
	stateTopics: [SYNC],

	parseCreation(log, chainId, dex) {
		if (dex.feePips === undefined) {
			throw new ArbError({
				code: "configuration",
				message: `dex ${dex.name}: feePips is missing; pairs do not tell their fee, so the settings must`,
				retryable: false,
			});
		}
		return {
			chainId,
			address: addressAt(log.data, 0),
			family: "uniswap-v2",
			dex: dex.name,
			token0: addressAt(log.topics[1] ?? "0x", 0),
			token1: addressAt(log.topics[2] ?? "0x", 0),
			feePips: dex.feePips,
			tickSpacing: 0,
		};
	},

	async load(client, pools, blockHash) {
		const reserves = await this.reserves(client, pools, blockHash);
		return reserves.map(({ pool: { address, dex, token0, token1, feePips }, reserve0, reserve1 }) => ({
			state: {
				family: "uniswap-v2",
				address,
				dex,
				token0,
				token1,
				feePips,
				reserve0: reserve0.toString(),
				reserve1: reserve1.toString(),
			},
		}));
	},

	async reserves(client, pools, blockHash) {
		const { status, reserves } = await readPairs(client, { addresses: pools.map((pool) => pool.address), blockHash });
		return pools.map((pool, i) => {
			assertRead(pool, status[i]);
			return {
				pool,
				reserve0: readWords(reserves, { offset: i * 4, words: 2 }),
				reserve1: readWords(reserves, { offset: i * 4 + 2, words: 2 }),
			};
		});
	},

	apply(tracked, log) {
		if (tracked.state.family !== "uniswap-v2" || log.topics[0] !== SYNC) return tracked;
		return { state: { ...tracked.state, reserve0: uintAt(log.data, 0).toString(), reserve1: uintAt(log.data, 1).toString() } };
	},
};
