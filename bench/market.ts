import { join } from "node:path";
import { connectChain } from "../market/chain-client.ts";
import { startExchange } from "../market/testing/exchange.ts";
import { PoolFarm } from "../market/testing/pool-farm.ts";
import { measureBlocks } from "./market/blocks.ts";
import { measureDiscovery } from "./market/discovery.ts";
import { measureRestart } from "./market/restart.ts";
import { StateBench } from "./market/states.ts";
import { measureTvl } from "./market/tvl.ts";
import { installPeers } from "./peers.ts";
import { type Measured, runBench } from "./report.ts";

/**
 * Reading the market: states of many pools from a local node, against viem's Multicall3 on the same pools; a block's logs, against ethers' decoding; events of new
 * pools, against viem's decoding of the same logs; a restart; values of pools.
 * `npm run bench -- market [--json] [--write-docs] [--pairs N] [--pools N]`; some four minutes, half of them for planting the pools.
 */
const PEERS = join(import.meta.dirname, "market", "peers");

await runBench(
	"market",
	async (signal, counts): Promise<Measured> => {
		const peers = await loadPeers();
		const { decodedPools } = await import("./market/peers/decoding.mjs");
		const exchange = await startExchange();
		try {
			const client = await connectChain(exchange.chain, { timeoutMs: 60_000, wsUrl: null });
			try {
				const bench = new StateBench({ exchange, client, farm: await PoolFarm.on(exchange), peers, signal });
				await bench.prepare();
				const pairs = await bench.pairs(counts.get("pairs") ?? 0);
				const pools = await bench.pools(counts.get("pools") ?? 0);
				const blocks = await measureBlocks(client, signal);
				const restart = await measureRestart({ client, exchange, signal });
				const discovery = await measureDiscovery(signal, decodedPools);
				const parts = [pairs, pools, blocks, restart, discovery, measureTvl(signal)];
				return { results: parts.flatMap(({ results }) => results), notes: parts.flatMap(({ notes }) => notes) };
			} finally {
				client.close();
			}
		} finally {
			await exchange.close();
		}
	},
	{ pairs: 50_000, pools: 1_000 },
);

async function loadPeers(): Promise<typeof import("./market/peers/multicall.mjs")> {
	installPeers({ bench: "market", folder: PEERS, marker: "viem", megabytes: 83 });
	return import("./market/peers/multicall.mjs");
}
