import { dataSlice, id } from "ethers";
import algebraFee from "../../contracts/artifacts/AlgebraFee.json" with { type: "json" };
import concentratedFinder from "../../contracts/artifacts/ConcentratedFinder.json" with { type: "json" };
import concentratedReader from "../../contracts/artifacts/ConcentratedReader.json" with { type: "json" };
import pairFinder from "../../contracts/artifacts/PairFinder.json" with { type: "json" };
import pairReader from "../../contracts/artifacts/PairReader.json" with { type: "json" };
import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import { RefusedError } from "./refusal.ts";

/** The readers' code (`contracts/src/readers`): it is deployed nowhere, each call brings it along. */
const CODE = {
	PairReader: pairReader.deployedBytecode,
	PairFinder: pairFinder.deployedBytecode,
	ConcentratedReader: concentratedReader.deployedBytecode,
	ConcentratedFinder: concentratedFinder.deployedBytecode,
	AlgebraFee: algebraFee.deployedBytecode,
} as const;

/** Where the code is placed for the time of the call unless it must run as somebody: an address that nobody has a key to, or a contract at. */
const READER_ADDRESS = dataSlice(id("quant arbitrage system: reader of pool states"), 12);

/**
 * Runs a reader against the state at the end of a block. `input` is hex without 0x; the answer has at least `leastBytes`.
 *
 * @throws RefusedError where the node takes the call, but runs no code of ours
 * @throws ArbError of the node
 */
export async function runReader(
	client: ChainClient,
	of: {
		readonly reader: keyof typeof CODE;
		readonly input: string;
		readonly blockHash: string;
		readonly leastBytes: number;
		/** In whose place it runs, with that contract's storage. */
		readonly as?: string;
	},
): Promise<Buffer> {
	const { reader, as = READER_ADDRESS } = of;
	const [answer = "0x"] = await client.callAt(of.blockHash, [{ to: as, data: `0x${of.input}`, code: CODE[reader] }]);
	if (answer === "0x") throw new RefusedError("state override: the node ignores it");
	const bytes = Buffer.from(answer.slice(2), "hex");
	if (bytes.length * 2 + 2 === answer.length && bytes.length >= of.leastBytes) return bytes;
	throw unreadable(of.reader, bytes.length);
}

/** An answer that a reader cannot have given. */
export function unreadable(reader: string, length: number): ArbError {
	return new ArbError({
		code: "chain",
		message: `${reader}: an answer of ${length} bytes does not have the reader's form; check the node`,
		retryable: true,
	});
}

/** An unsigned integer of so many bytes as hex digits. */
export function hexUint(value: number, bytes: number): string {
	return value.toString(16).padStart(bytes * 2, "0");
}

/** A two's complement integer of so many bytes as hex digits; at most 4 bytes. */
export function hexInt(value: number, bytes: number): string {
	return hexUint(value < 0 ? value + 2 ** (bytes * 8) : value, bytes);
}
