import { ArbError } from "../domain/errors.ts";
import type { NodeReader } from "./registry/node-reader.ts";

/** Instructions that not every chain has, by what the executor uses them for. */
export const EVM_FEATURES = ["PUSH0", "MCOPY", "TLOAD and TSTORE"] as const;
export type EvmFeature = (typeof EVM_FEATURES)[number];

/** What the probes leave in the returned word. */
const LEFT = 42n;

/** Where the probes' code is put for their call: an address that nobody has. */
const PROBE_ADDRESS = "0x00000000000000000000000000000000e7a11ab1";

/** MSTORE at 0 of what is on the stack, and RETURN of that word. */
const STORE_AND_RETURN = "60005260206000f3";
/** `PUSH1 42`, stored and returned: runs on every EVM, so it shows whether the node takes code for a call at all. */
const CONTROL = `0x602a${STORE_AND_RETURN}`;
const PROBES: Readonly<Record<EvmFeature, string>> = {
	// PUSH1 42, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN (EIP-3855)
	PUSH0: "0x602a5f5260205ff3",
	// 42 at 0, its word copied to 32 (MCOPY 32 0 32, EIP-5656), and that one returned
	MCOPY: "0x602a600052602060006020" + "5e" + "60206020f3",
	// TSTORE 0 42, TLOAD 0 (EIP-1153)
	"TLOAD and TSTORE": `0x602a60005d60005c${STORE_AND_RETURN}`,
};

/**
 * Which of the instructions a chain's EVM has, proven by calls that run them: code is put at an address for one `eth_call` (its third parameter).
 *
 * @throws ArbError `chain` where the node does not take code for a call
 */
export async function evmFeatures(node: NodeReader): Promise<ReadonlySet<EvmFeature>> {
	const runs = async (code: string): Promise<boolean> => {
		const returned = await node.call({ to: PROBE_ADDRESS, data: "0x", override: { address: PROBE_ADDRESS, code } });
		return returned !== null && returned.length === 66 && BigInt(returned) === LEFT;
	};
	if (!(await runs(CONTROL))) {
		throw new ArbError({
			code: "chain",
			message: "eth_call: the node ignores state overrides, so nothing can be tried on its EVM; use a node that takes them",
			retryable: false,
		});
	}
	const found = await Promise.all(EVM_FEATURES.map(async (feature) => ((await runs(PROBES[feature])) ? [feature] : [])));
	return new Set(found.flat());
}

/** The hard fork whose code a chain runs: that of the compiler's `evmVersion` which the executor for it is built with. */
export type ExecutorVariant = "cancun" | "shanghai" | "paris";

/** The newest variant of the executor that an EVM runs. */
export function executorVariant(features: ReadonlySet<EvmFeature>): ExecutorVariant {
	if (EVM_FEATURES.every((feature) => features.has(feature))) return "cancun";
	return features.has("PUSH0") ? "shanghai" : "paris";
}

/** The variant of `contracts/artifacts/ArbitrageExecutor.json`: its locks are in transient storage. */
export const BUILT_VARIANT: ExecutorVariant = "cancun";
