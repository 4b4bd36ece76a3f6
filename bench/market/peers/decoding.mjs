// The peer's side of reading creation events. Plain JavaScript: its package is installed beside it by the benchmark, not with the project.
import { formatLog, parseAbi, parseEventLogs } from "viem";

const CREATIONS = parseAbi([
	"event PairCreated(address indexed token0, address indexed token1, address pair, uint256 count)",
	"event PoolCreated(address indexed token0, address indexed token1, uint24 indexed fee, int24 tickSpacing, address pool)",
]);

/** Pools of the logs as a node answers them: formatted and decoded as viem's own actions do. */
export function decodedPools(logs) {
	return parseEventLogs({ abi: CREATIONS, logs: logs.map((log) => formatLog(log)) }).map(({ args }) =>
		"pair" in args
			? { address: args.pair, tokens: [args.token0, args.token1] }
			: { address: args.pool, tokens: [args.token0, args.token1], feePips: args.fee, tickSpacing: args.tickSpacing },
	);
}
