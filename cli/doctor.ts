import { getAddress } from "ethers";
import { executionRules } from "../config/chains/ordering.ts";
import { BUILT_VARIANT, EVM_FEATURES, evmFeatures, executorVariant } from "../market/evm-features.ts";
import type { Finding } from "../market/registry/findings.ts";
import { openNode } from "../market/registry/node-reader.ts";
import { checkChainFile, checkRegistry } from "../market/registry/registry.ts";
import { type ChosenChain, chosenChain, nodeUrl } from "./chosen-chain.ts";
import { table } from "./table.ts";

export interface DoctorOptions {
	readonly chain?: string;
	readonly rpcUrl?: string;
	readonly json?: boolean;
}

/** What a doctor found: the text to print, and whether all is well. */
export interface Diagnosis {
	readonly text: string;
	readonly isGood: boolean;
}

/** `arb doctor registry`: every contract that the registry, and the chain file where it is of this chain, names on a chain. */
export async function doctorRegistry(options: DoctorOptions): Promise<Diagnosis> {
	const chain = chosenChain(options.chain);
	using node = await openNode({ rpcUrl: nodeUrl(chain, options.rpcUrl), chainId: chain.chainId });
	const findings = [
		...(chain.facts === null ? [] : await checkRegistry(node, chain.facts)),
		...(chain.settings === null ? [] : await checkChainFile(node, chain.settings)),
	];
	const bad = findings.filter((finding) => !finding.isGood);
	const isGood = bad.length === 0;
	if (options.json === true) return { text: JSON.stringify({ chainId: chain.chainId, block: node.blockNumber, isGood, findings }), isGood };
	const summary = `${findings.length} checks on chain ${chain.name} (${chain.chainId}) at block ${node.blockNumber}: ${isGood ? "all good" : `${bad.length} wrong`}`;
	return { text: `${table(["row", "contract", "address", "check", "result"], findings.map(cellsOf))}\n${summary}`, isGood };
}

function cellsOf({ row, contract, address, check, isGood, found }: Finding): readonly string[] {
	return [row, contract, getAddress(address), check, isGood ? "ok" : `WRONG: ${found}`];
}

/** `arb doctor chain`: what the chain's EVM has, which executor that takes, and how the chain orders transactions. */
export async function doctorChain(options: DoctorOptions): Promise<Diagnosis> {
	const chain = chosenChain(options.chain);
	using node = await openNode({ rpcUrl: nodeUrl(chain, options.rpcUrl), chainId: chain.chainId });
	const features = await evmFeatures(node);
	const variant = executorVariant(features);
	const isGood = variant === BUILT_VARIANT;
	if (options.json === true) {
		const has = Object.fromEntries(EVM_FEATURES.map((feature) => [feature, features.has(feature)]));
		return { text: JSON.stringify({ chainId: chain.chainId, block: node.blockNumber, features: has, variant, isGood }), isGood };
	}
	const lines = [
		`chain ${chain.name} (${chain.chainId}) at block ${node.blockNumber}`,
		...EVM_FEATURES.map((feature) => `${features.has(feature) ? "has  " : "LACKS"} ${feature}`),
		isGood
			? `executor variant: ${variant}, as contracts/artifacts/ArbitrageExecutor.json is built`
			: `executor variant: ${variant}; contracts/artifacts/ArbitrageExecutor.json is built for ${BUILT_VARIANT} and does not run here`,
		...orderingLines(chain),
	];
	return { text: lines.join("\n"), isGood };
}

function orderingLines({ facts }: ChosenChain): readonly string[] {
	if (facts === null) return [];
	const { state, deadlineMs, fee } = executionRules(facts);
	return [
		`transient storage came with ${facts.cancunBy}`,
		`ordering: ${facts.ordering.kind}; quotes build on the ${state}, a decision is worth ${deadlineMs} ms, a place is bought by ${fee}`,
	];
}
