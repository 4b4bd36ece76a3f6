import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { AbiCoder, Interface, id } from "ethers";
import { pino } from "pino";
import { z } from "zod";
import { messageOf } from "../domain/errors.ts";
import { devnetAccounts } from "./accounts.ts";
import { bestGap, type Gap, type WethPool } from "./gap-search.ts";
import { createRandom } from "./random.ts";
import { hexQuantity, Rpc, RpcError, smallQuantity } from "./rpc.ts";

/**
 * A searcher of its own: two-pool gaps from public chain data, its own contract, inventory and key, transactions through the public mempool. It
 * knows nothing of the system that it competes with.
 */
const { values: options } = parseArgs({
	options: {
		rpc: { type: "string" },
		"chain-id": { type: "string" },
		seed: { type: "string" },
		searcher: { type: "string" },
		weth: { type: "string" },
		"v2-factory": { type: "string", multiple: true },
		"v3-factory": { type: "string" },
	},
});
const settings = z
	.object({
		rpc: z.url(),
		"chain-id": z.coerce.number().int().min(1),
		seed: z.coerce.number().int(),
		searcher: z.string(),
		weth: z.string().toLowerCase(),
		"v2-factory": z.array(z.string()),
		"v3-factory": z.string(),
	})
	.parse(options);

/** Of the gaps that it sees, it goes for this share: others are outside its book. */
const ACTED_SHARE = 0.6;
/** From seeing a block to having searched it: network and computing, as real searchers take it. */
const LATENCY_MS = { low: 30, high: 250 };
/** How often it asks for the head: between a node's push and a slow poll. */
const POLL_MS = 25;
/** Share of the profit that it bids. */
const BID_SHARE = { low: 0.01, high: 0.2 };
const GAS_LIMIT = 500_000n;
const TYPICAL_GAS = 230_000;
const MIN_PROFIT_WEI = 2e15;
/** Its inventory bounds what it can trade. */
const MAX_INPUT_WEI = 1e21;
const UNISWAP_V2_FEE_PIPS = 3000;

const log = pino({ name: "competitor" }, pino.destination(2));
const rpc = new Rpc(settings.rpc);
const random = createRandom(settings.seed, "competitor");
const signer = devnetAccounts().competitor;
const searcher = new Interface([
	"function run(address token, uint256 amountIn, uint256 minProfit, (address pool, bool isV3, bool zeroForOne, uint24 feePips)[] legs) returns (uint256 profit)",
]);
const coder = AbiCoder.defaultAbiCoder();

interface Listed {
	readonly address: string;
	readonly token0: string;
	readonly token1: string;
	readonly feePips: number;
	readonly isV3: boolean;
}

const logsSchema = z.array(z.object({ address: z.string().toLowerCase(), topics: z.array(z.string()), data: z.string() }));

async function discover(): Promise<readonly Listed[]> {
	const read = async (address: string | readonly string[], event: string) =>
		logsSchema.parse(await rpc.call("eth_getLogs", { fromBlock: "0x0", toBlock: "latest", address, topics: [id(event)] }));
	const topicAddress = (topic: string | undefined): string => `0x${(topic ?? "").slice(-40)}`;
	const pairs = await read(settings["v2-factory"], "PairCreated(address,address,address,uint256)");
	const pools = await read(settings["v3-factory"], "PoolCreated(address,address,uint24,int24,address)");
	return [
		...pairs.map((entry) => ({
			address: String(coder.decode(["address", "uint256"], entry.data)[0]).toLowerCase(),
			token0: topicAddress(entry.topics[1]),
			token1: topicAddress(entry.topics[2]),
			feePips: UNISWAP_V2_FEE_PIPS,
			isV3: false,
		})),
		...pools.map((entry) => ({
			address: String(coder.decode(["int24", "address"], entry.data)[1]).toLowerCase(),
			token0: topicAddress(entry.topics[1]),
			token1: topicAddress(entry.topics[2]),
			feePips: Number(entry.topics[3]),
			isV3: true,
		})),
	].filter((pool) => pool.token0 === settings.weth || pool.token1 === settings.weth);
}

/** `getReserves()` of a pair; `slot0()` and `liquidity()` of a V3 pool as virtual reserves. */
async function readState(pool: Listed): Promise<WethPool | null> {
	const call = async (signature: string, types: readonly string[]) => {
		const data = id(signature).slice(0, 10);
		return coder.decode(types, z.string().parse(await rpc.call("eth_call", { to: pool.address, data }, "latest")));
	};
	let reserves: readonly [number, number];
	if (pool.isV3) {
		const slot0 = await call("slot0()", ["uint160", "int24"]);
		const liquidity = Number((await call("liquidity()", ["uint128"]))[0]);
		const root = Number(slot0[0]) / 2 ** 96;
		reserves = [liquidity / root, liquidity * root];
	} else {
		const pair = await call("getReserves()", ["uint112", "uint112"]);
		reserves = [Number(pair[0]), Number(pair[1])];
	}
	if (reserves[0] === 0 || reserves[1] === 0) return null;
	const isWethToken0 = pool.token0 === settings.weth;
	return {
		address: pool.address,
		isV3: pool.isV3,
		token: isWethToken0 ? pool.token1 : pool.token0,
		isWethToken0,
		feePips: pool.feePips,
		weth: isWethToken0 ? reserves[0] : reserves[1],
		other: isWethToken0 ? reserves[1] : reserves[0],
	};
}

function runData(gap: Gap, of: { readonly amountIn: bigint; readonly minProfit: bigint }): string {
	const leg = (pool: WethPool, isBuying: boolean) => [pool.address, pool.isV3, pool.isWethToken0 === isBuying, pool.feePips];
	return searcher.encodeFunctionData("run", [settings.weth, of.amountIn, of.minProfit, [leg(gap.buy, true), leg(gap.sell, false)]]);
}

/** The closed form knows no ticks, so smaller sizes are tried on the chain as well. */
async function bestOnChain(gap: Gap): Promise<{ readonly amountIn: bigint; readonly profit: bigint } | null> {
	let best: { readonly amountIn: bigint; readonly profit: bigint } | null = null;
	for (const part of [1, 0.6, 0.3]) {
		const amountIn = BigInt(Math.round(Math.min(gap.amountIn * part, MAX_INPUT_WEI)));
		try {
			const answer = await rpc.call(
				"eth_call",
				{ from: signer.address, to: settings.searcher, data: runData(gap, { amountIn, minProfit: 0n }) },
				"latest",
			);
			const profit = z.bigint().parse(searcher.decodeFunctionResult("run", z.string().parse(answer))[0]);
			if (best === null || profit > best.profit) best = { amountIn, profit };
		} catch (error) {
			if (!(error instanceof RpcError)) throw error;
			log.debug({ part, error: messageOf(error) }, "size refused");
		}
	}
	return best;
}

async function act(pools: readonly WethPool[], block: number): Promise<void> {
	const gap = bestGap(pools);
	if (gap === null || gap.profit < MIN_PROFIT_WEI || random.next() >= ACTED_SHARE) return;
	const sized = await bestOnChain(gap);
	if (sized === null || Number(sized.profit) < MIN_PROFIT_WEI) return;
	const tip = (Number(sized.profit) * random.logUniform(BID_SHARE.low, BID_SHARE.high)) / TYPICAL_GAS;
	const raw = await signer.signTransaction({
		...{ type: 2, chainId: settings["chain-id"], to: settings.searcher, gasLimit: GAS_LIMIT },
		nonce: smallQuantity.parse(await rpc.call("eth_getTransactionCount", signer.address, "pending")),
		maxPriorityFeePerGas: BigInt(Math.round(tip)),
		maxFeePerGas: BigInt(Math.round(tip)) + 10_000_000_000n,
		// What is left after the bid and the base fee must be worth it at inclusion, too.
		data: runData(gap, { amountIn: sized.amountIn, minProfit: sized.profit / 2n }),
	});
	const transaction = await rpc.call("eth_sendRawTransaction", raw);
	log.info({ block, transaction, profit: String(sized.profit), buy: gap.buy.address, sell: gap.sell.address }, "gap taken");
}

const listed = await discover();
const states = new Map<string, WethPool>();
let seen = 0;
const parent = process.ppid;
// Ends with the devnet that started it, even where that was killed and could not say so.
while (process.ppid === parent) {
	const head = smallQuantity.parse(await rpc.call("eth_blockNumber"));
	if (head === seen) {
		await delay(POLL_MS);
		continue;
	}
	await delay(LATENCY_MS.low + random.next() * (LATENCY_MS.high - LATENCY_MS.low));
	// Every pool at the start and after a reorg; then those alone that logged something since.
	const isFirst = states.size === 0 || head < seen;
	const changed = isFirst
		? null
		: new Set(
				logsSchema
					.parse(await rpc.call("eth_getLogs", { fromBlock: hexQuantity(seen + 1), toBlock: hexQuantity(head) }))
					.map((entry) => entry.address),
			);
	seen = head;
	for (const pool of listed) {
		if (changed !== null && !changed.has(pool.address)) continue;
		const state = await readState(pool);
		if (state !== null) states.set(pool.address, state);
	}
	try {
		await act([...states.values()], head);
	} catch (error) {
		if (!(error instanceof RpcError)) throw error;
		log.warn({ block: head, error: messageOf(error) }, "the node refused the searcher's transaction");
	}
}
