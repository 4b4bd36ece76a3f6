import { id } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import type { OtherPoolState, TickedState } from "../../domain/pool.ts";
import { tryCalls } from "../tried-calls.ts";
import { addressAt, intAt, uintAt } from "./abi-word.ts";
import { factoryOf, type ProtocolAdapter, type Reading, type TrackedPool } from "./adapter.ts";
import { readBalances } from "./balances.ts";
import { afterV3Event, hasTicks, POSITION_TOPICS, SWAP, type TrackedTicks, withFields } from "./concentrated/changes.ts";
import { familyState, readTicks, readVirtualReserves } from "./concentrated/reading.ts";
import { askAhead, nextTimestamp } from "./next-block.ts";
import { indexedTokens } from "./uniswap-v3.ts";

const POOL_CREATED = id("PoolCreated(address,address,int24,address)");
const FEE = id("fee()").slice(0, 10);
const PIPS = 1_000_000n;

type State = OtherPoolState & TickedState;

/** The fees of the next block, as the pools themselves will ask their factory's fee module for them; without a sender's discount. */
async function withFees({ client, blockHash }: Reading, tracked: readonly TrackedTicks<State>[]): Promise<TrackedTicks<State>[]> {
	if (tracked.length === 0) return [];
	const timestamp = await nextTimestamp(client, blockHash);
	const calls = tracked.map(({ state }) => ({ to: state.address, data: FEE }));
	const answers = await askAhead(client, { blockHash, timestamp, calls });
	return tracked.map((pool, i) => {
		const answer = answers[i];
		const fee = answer && answer.length >= 66 ? uintAt(answer, 0) : null;
		if (fee !== null && fee < PIPS) return { ...pool, state: withFields(pool.state, { fee: Number(fee) }) };
		const { address, dex } = pool.state;
		const said = fee === null ? "does not tell it" : `says ${fee} pips`;
		const message = `fee of pool ${address} of ${dex} in the next block: fee() ${said}; take it out of the pools`;
		throw new ArbError({ code: "chain", message, retryable: false });
	});
}

function isOwn(tracked: TrackedPool): tracked is TrackedTicks<State> {
	return hasTicks(tracked, "slipstream-cl");
}

/**
 * Slipstream: Uniswap V3 with a fee that the pool asks its factory for once per swap, and the factory a fee module that may follow the time, the price's distance
 * from its mean, and whoever sends the transaction. What is staked and for which reward changes no amount of a swap.
 */
export const slipstreamCl: ProtocolAdapter = {
	families: ["slipstream-cl"],
	stateTopics: [...POSITION_TOPICS, SWAP],
	creation: ({ chainId, dex }) => ({
		emitter: factoryOf(dex),
		topics: (tokens) => [POOL_CREATED, tokens, tokens],
		parse: (log) => ({
			...{ chainId, address: addressAt(log.data, 0), family: "slipstream-cl", dex: dex.name, tokens: indexedTokens(log) },
			...{ feePips: 0, tickSpacing: Number(intAt(log.topics[3] ?? "0x", 0)), details: {} },
		}),
	}),
	load: async (reading) =>
		await withFees(
			reading,
			await readTicks(reading, { form: "v3", stateOf: (pool, ticked) => familyState("slipstream-cl", pool, ticked) }),
		),
	isSilent: () => true,
	refresh: async (reading, tracked) => await withFees(reading, tracked.filter(isOwn)),
	holdings: readBalances,
	async reserves(reading) {
		const questions = reading.pools.map(({ address }) => ({ to: address, data: FEE, words: 1 }));
		const [reserves, fees] = await Promise.all([
			readVirtualReserves(reading, { form: "v3" }),
			tryCalls(reading.client, reading.blockHash, questions),
		]);
		return reserves.map((each, i) => (fees[i] ? { ...each, feePips: Number(uintAt(fees[i], 0)) } : each));
	},
	apply: (tracked, log) => (isOwn(tracked) ? (afterV3Event(tracked, log, SWAP) ?? tracked) : tracked),
};
