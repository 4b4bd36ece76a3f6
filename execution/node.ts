import type { JsonRpcProvider } from "ethers";
import { ArbError, messageOf } from "../domain/errors.ts";

/** What this folder asks of a node's connection, or of several nodes that must agree. */
export type Node = Pick<JsonRpcProvider, "send">;

/** A node's own refusal of a call. `data` carries revert bytes where the node gives them. */
export interface NodeFault {
	readonly code: number;
	readonly message: string;
	readonly data: unknown;
}

/** JSON-RPC 2.0: the method does not exist. */
const METHOD_NOT_FOUND = -32601;

/**
 * Asks a node.
 *
 * @throws ArbError `chain` where the node answers with an error, its {@link NodeFault} as `cause`; `unavailable`, retryable, where it does not answer; and the
 * client's own.
 */
export async function askNode(node: Node, method: string, params: readonly unknown[]): Promise<unknown> {
	try {
		return await node.send(method, [...params]);
	} catch (error) {
		// The client's own errors, such as of endpoints that contradict each other, say all there is to say.
		if (error instanceof ArbError) throw error;
		const fault = faultOf(error);
		if (fault === null) {
			throw new ArbError({
				code: "unavailable",
				message: `${method}: the node did not answer (${messageOf(error)}); check that it runs and that rpcUrl is right`,
				retryable: true,
				cause: error,
			});
		}
		throw new ArbError({
			code: "chain",
			message: `${method}: the node answered ${fault.code} "${fault.message}"`,
			retryable: false,
			cause: fault,
		});
	}
}

/** The node's answer behind an error of {@link askNode}; null where there was none. */
export function nodeFault(error: unknown): NodeFault | null {
	return error instanceof ArbError && error.code === "chain" ? readFault(error.cause) : null;
}

export function isMethodMissing(error: unknown): boolean {
	const fault = nodeFault(error);
	return fault !== null && (fault.code === METHOD_NOT_FOUND || /method .*not (found|supported|available)/i.test(fault.message));
}

export function hexQuantity(value: number | bigint): string {
	return `0x${value.toString(16)}`;
}

/** ethers keeps the node's answer in `info.error` of the errors that it knows, and in `error` of the others. */
function faultOf(error: unknown): NodeFault | null {
	if (!isRecord(error)) return null;
	return (isRecord(error.info) ? readFault(error.info.error) : null) ?? readFault(error.error);
}

function readFault(value: unknown): NodeFault | null {
	if (!isRecord(value) || typeof value.code !== "number" || typeof value.message !== "string") return null;
	return { code: value.code, message: value.message, data: value.data };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null;
}
