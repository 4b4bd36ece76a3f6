// The peer's side of the market's benchmark. Plain JavaScript: its package is installed beside it by the benchmark, not with the project.
import { createPublicClient, http, parseAbi } from "viem";

const PAIR = parseAbi(["function getReserves() view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast)"]);
const POOL = parseAbi([
	"function slot0() view returns (uint160 sqrtPriceX96, int24 tick, uint16 index, uint16 cardinality, uint16 next, uint8 feeProtocol, bool unlocked)",
	"function liquidity() view returns (uint128)",
	"function tickBitmap(int16 word) view returns (uint256)",
	"function ticks(int24 tick) view returns (uint128 gross, int128 net, uint256, uint256, int56, uint160, uint32, bool)",
]);

/** Reads through viem's Multicall3 action at its own settings but `batchSize`, the bytes of calldata that one call takes. */
export function multicallReader({ url, address, chainId }) {
	const chain = {
		id: chainId,
		name: "bench",
		nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
		rpcUrls: { default: { http: [url] } },
		contracts: { multicall3: { address } },
	};
	const client = createPublicClient({ chain, transport: http(url, { timeout: 120_000, retryCount: 0 }) });
	const multicall = (contracts, { batchSize, blockNumber }) => client.multicall({ contracts, batchSize, blockNumber, allowFailure: false });
	return {
		/** `[reserve0, reserve1]` of each pair. */
		async reserves(pairs, options) {
			const results = await multicall(
				pairs.map((pair) => ({ address: pair, abi: PAIR, functionName: "getReserves" })),
				options,
			);
			return results.map(([reserve0, reserve1]) => [reserve0, reserve1]);
		},
		/** Price, liquidity and ticks `[tick, gross, net]` of each pool; `wordsOf(tick, tickSpacing)` says which words of its bitmap to read. */
		async concentrated(pools, wordsOf, options) {
			const prices = await multicall(
				pools.flatMap(({ address: pool }) => [
					{ address: pool, abi: POOL, functionName: "slot0" },
					{ address: pool, abi: POOL, functionName: "liquidity" },
				]),
				options,
			);
			const states = pools.map(({ tickSpacing, address: pool }, i) => {
				const [sqrtPriceX96, tick] = prices[2 * i];
				return { pool, tickSpacing, sqrtPriceX96, tick, liquidity: prices[2 * i + 1], ticks: [] };
			});
			const words = states.flatMap((state) => {
				const { lowestWord, highestWord } = wordsOf(state.tick, state.tickSpacing);
				return Array.from({ length: highestWord - lowestWord + 1 }, (_, k) => ({ state, word: lowestWord + k }));
			});
			const bitmaps = await multicall(
				words.map(({ state, word }) => ({ address: state.pool, abi: POOL, functionName: "tickBitmap", args: [word] })),
				options,
			);
			const wanted = words.flatMap(({ state, word }, i) => {
				const ticks = [];
				for (let bits = bitmaps[i], bit = 0; bits > 0n; bits >>= 1n, bit++) {
					if (bits & 1n) ticks.push({ state, tick: (word * 256 + bit) * state.tickSpacing });
				}
				return ticks;
			});
			const infos = await multicall(
				wanted.map(({ state, tick }) => ({ address: state.pool, abi: POOL, functionName: "ticks", args: [tick] })),
				options,
			);
			for (const [i, { state, tick }] of wanted.entries()) state.ticks.push([tick, infos[i][0], infos[i][1]]);
			return states;
		},
	};
}

export { multicall3Bytecode } from "./node_modules/viem/_esm/constants/contracts.js";
