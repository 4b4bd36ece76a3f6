import { ArbError } from "../../domain/errors.ts";
import { JsonRpc } from "../rpc/json-rpc.ts";
import type { RpcFault } from "../rpc/rpc-error.ts";

/** Code put at an address for one call. */
export interface CodeOverride {
	readonly address: string;
	readonly code: string;
}

/** A node, read at one block. */
export interface NodeReader extends Disposable {
	readonly chainId: number;
	readonly blockNumber: number;
	/** Is there a contract at this address? */
	hasCode(address: string): Promise<boolean>;
	/** What a call returns, as hex; null where it reverts. */
	call(of: { readonly to: string; readonly data: string; readonly override?: CodeOverride }): Promise<string | null>;
}

const OPTIONS = { timeoutMs: 15_000, maxBatch: 20, maxInFlight: 4 };

/** Words of nodes for a call that fails inside the EVM; anything else is the node's own trouble. */
const FAILED_CALL = /revert|opcode|out of gas|stack (under|over)flow|notactivated|invalid (instruction|jump)/i;

/**
 * Opens a node at its head.
 *
 * @throws ArbError `configuration` where it serves another chain than `chainId`; those of {@link JsonRpc}
 */
export async function openNode({ rpcUrl, chainId }: { readonly rpcUrl: string; readonly chainId: number }): Promise<NodeReader> {
	const rpc = new JsonRpc(rpcUrl, OPTIONS);
	try {
		const [served, head] = await Promise.all([rpc.request("eth_chainId", []), rpc.request("eth_getBlockByNumber", ["latest", false])]);
		if (Number(served) !== chainId) {
			throw new ArbError({
				code: "configuration",
				message: `the node serves chain ${Number(served)}, asked about is chain ${chainId}; give the URL of a node of that chain`,
				retryable: false,
			});
		}
		const { hash, number } = headOf(head);
		const at = { blockHash: hash };
		return {
			chainId,
			blockNumber: number,
			async hasCode(address) {
				return String(await rpc.request("eth_getCode", [address, at])).length > 2;
			},
			async call({ to, data, override }) {
				const overrides = override === undefined ? [] : [{ [override.address]: { code: override.code } }];
				try {
					return String(await rpc.request("eth_call", [{ to, data }, at, ...overrides]));
				} catch (error) {
					if (isFailedCall(error)) return null;
					throw error;
				}
			},
			[Symbol.dispose]: () => rpc.close(),
		};
	} catch (error) {
		rpc.close();
		throw error;
	}
}

function headOf(block: unknown): { readonly hash: string; readonly number: number } {
	const hash = typeof block === "object" && block !== null ? Reflect.get(block, "hash") : undefined;
	const number = typeof block === "object" && block !== null ? Number(Reflect.get(block, "number")) : Number.NaN;
	if (typeof hash === "string" && Number.isSafeInteger(number)) return { hash, number };
	throw new ArbError({ code: "chain", message: "eth_getBlockByNumber: the node gave no head with hash and number", retryable: true });
}

function isFailedCall(error: unknown): boolean {
	if (!(error instanceof ArbError) || error.code !== "chain") return false;
	const fault = error.cause as Partial<RpcFault> | undefined;
	// 3 is a revert with data (geth and those that follow it).
	return fault?.code === 3 || FAILED_CALL.test(fault?.message ?? "");
}
