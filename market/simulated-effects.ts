import { z } from "zod";
import { ArbError } from "../domain/errors.ts";
import { type ChainLog, parseLogs } from "./log.ts";

/** A transaction as `eth_simulateV1` takes it: quantities and data in hex. */
export interface SimulatedTransaction {
	readonly from: string;
	readonly to?: string;
	readonly value: string;
	readonly input: string;
	readonly gas: string;
}

/** What a simulated transaction did: nothing where it failed. */
export interface SimulatedEffect {
	readonly isSuccess: boolean;
	readonly logs: readonly ChainLog[];
}

const answerSchema = z.tuple([z.object({ calls: z.array(z.object({ status: z.enum(["0x0", "0x1"]), logs: z.array(z.unknown()) })) })]);

/**
 * Reads the answer of `eth_simulateV1` (execution-apis, `eth_simulateV1`) about one block.
 *
 * @throws ArbError `chain` where it is none, or is about another number of transactions than were asked about
 */
export function parseEffects(answer: unknown, asked: number): readonly SimulatedEffect[] {
	const parsed = answerSchema.safeParse(answer);
	const calls = parsed.data?.[0].calls;
	if (calls?.length !== asked) {
		const why = parsed.success ? `${calls?.length} results for ${asked} transactions` : parsed.error.message;
		throw new ArbError({ code: "chain", message: `eth_simulateV1: ${why}; use another node`, retryable: false });
	}
	return calls.map(({ status, logs }) => ({ isSuccess: status === "0x1", logs: status === "0x1" ? parseLogs(logs) : [] }));
}
