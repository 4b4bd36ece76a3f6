import { id, toBeHex } from "ethers";
import { createRandom } from "../../devnet/random.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import { eventQuestion } from "../../market/discovery/events.ts";
import { parseLogs } from "../../market/log.ts";
import type { Dex } from "../../market/protocols/adapter.ts";
import { type BenchResult, progress, quantile } from "../report.ts";

const LOGS = 20_000;
const ROUNDS = 15;
/** Of these rounds the first are left out: functions are compiled while they run. */
const WARM_UP = 5;
const AIM = 10_000;

const FACTORIES = { v2: `0x${"a2".repeat(20)}`, v3: `0x${"a3".repeat(20)}` } as const;
const DEXES: Dex[] = [
	{ name: "v2", family: "uniswap-v2", factory: FACTORIES.v2, feePips: 3000, startBlock: 0 },
	{ name: "v3", family: "uniswap-v3", factory: FACTORIES.v3, startBlock: 0 },
];
const PAIR_CREATED = id("PairCreated(address,address,address,uint256)");
const POOL_CREATED = id("PoolCreated(address,address,uint24,int24,address)");

type RawLog = Readonly<Record<string, string | boolean | readonly string[]>>;

/** Creation events as a node answers `eth_getLogs`, half of them of pairs, half of V3 pools. */
function creationLogs(): readonly RawLog[] {
	const random = createRandom(13, "bench discovery");
	const word = (value: number): string => toBeHex(value, 32);
	const address = (): string => Array.from({ length: 5 }, () => toBeHex(Math.floor(random.next() * 2 ** 32), 4).slice(2)).join("");
	return Array.from({ length: LOGS }, (_, i) => {
		const [token0, token1, pool] = [address(), address(), address()].map((digits) => `0x${"0".repeat(24)}${digits}`) as [
			string,
			string,
			string,
		];
		const isPair = i % 2 === 0;
		return {
			address: isPair ? FACTORIES.v2 : FACTORIES.v3,
			topics: isPair ? [PAIR_CREATED, token0, token1] : [POOL_CREATED, token0, token1, word(3000)],
			data: isPair ? pool + word(i).slice(2) : word(60) + pool.slice(2),
			...{ blockNumber: toBeHex(1 + Math.floor(i / 4)), blockHash: word(1 + Math.floor(i / 4)), logIndex: toBeHex(1 + (i % 4)) },
			...{ transactionHash: word(i + 1), transactionIndex: "0x1", removed: false },
		};
	});
}

/** How fast what a node has answered becomes pools: checked, put in order and decoded, as discovery does before it stores them. */
export async function measureDiscovery(
	signal: AbortSignal,
	peer: (logs: readonly RawLog[]) => readonly { readonly address: string }[],
): Promise<{ readonly results: readonly BenchResult[]; readonly notes: readonly string[] }> {
	progress(`market: decoding ${LOGS} creation events`);
	const logs = creationLogs();
	const chain = { chainId: 1, wrappedNative: FACTORIES.v2, tokens: [], dexes: DEXES, storesUnlistedPools: true };
	const creations = new Map(DEXES.flatMap((dex) => eventQuestion(chain, dex) ?? []).map(({ creation }) => [creation.emitter, creation]));
	const ours = (): readonly Pool[] => parseLogs(logs).flatMap((log) => creations.get(log.address)?.parse(log) ?? []);
	const [own, theirs] = [ours(), peer(logs)];
	const differing = own.findIndex((pool, i) => pool.address !== theirs[i]?.address.toLowerCase());
	if (own.length !== LOGS || theirs.length !== LOGS || differing >= 0) {
		throw new ArbError({
			code: "chain",
			message: `discovery: ${own.length} and ${theirs.length} pools of ${LOGS} logs, pool ${differing} differs`,
			retryable: false,
		});
	}
	const [ownMs, peerMs]: [number[], number[]] = [[], []];
	for (let round = 0; round < ROUNDS; round++) {
		signal.throwIfAborted();
		for (const [work, times] of [
			[ours, ownMs],
			[() => peer(logs), peerMs],
		] as const) {
			const start = performance.now();
			work();
			if (round >= WARM_UP) times.push(performance.now() - start);
		}
	}
	const perSecond = (times: readonly number[]): number => (LOGS / quantile(times, 0.5)) * 1_000;
	const value = Math.round(perSecond(ownMs));
	return {
		results: [
			{
				...{ name: "discovery from events, decoding", value, unit: "pools/s", better: "higher", aim: AIM, met: value >= AIM },
				...{ peer: "viem parseEventLogs", ratio: Number((value / perSecond(peerMs)).toPrecision(4)) },
			},
		],
		notes: [
			`Discovery: ${LOGS} creation events, half of pairs and half of V3 pools, from the node's parsed JSON to pools, median of ${ROUNDS - WARM_UP} rounds; viem formats and decodes the same logs, ${Math.round(perSecond(peerMs))} pools/s. Storing and the node's own time are not in it.`,
		],
	};
}
