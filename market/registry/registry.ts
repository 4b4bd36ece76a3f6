import type { ChainConfig } from "../../config/chain.ts";
import type { ChainFacts } from "../../config/chains/chain-facts.ts";
import { DEPLOYMENTS } from "../../config/dexes/all.ts";
import { ownDeployments } from "../../config/dexes/own-deployments.ts";
import { LENDERS } from "../../config/lenders/all.ts";
import { checkChainFacts, checkCode, checkDecimals, checkDeployment, checkLender, type Finding } from "./findings.ts";
import type { NodeReader } from "./node-reader.ts";

/** Everything that the registry says about a chain, held against a node of it. */
export async function checkRegistry(node: NodeReader, facts: ChainFacts): Promise<readonly Finding[]> {
	const findings = [...(await checkChainFacts(node, facts))];
	for (const row of DEPLOYMENTS) if (row.chainId === facts.chainId) findings.push(...(await checkDeployment(node, row)));
	for (const lender of LENDERS) if (lender.chainId === facts.chainId) findings.push(...(await checkLender(node, lender)));
	return findings;
}

type CheckedSettings = Pick<ChainConfig, "chainId" | "dexes" | "tokens" | "wrappedNative" | "lenders" | "executor" | "rewardDistributor">;

/** What a chain file says beside the registry: tokens, dexes, lenders and our own contracts, held against its node. */
export async function checkChainFile(node: NodeReader, settings: CheckedSettings): Promise<readonly Finding[]> {
	const { wrappedNative, executor, rewardDistributor } = settings;
	const file = "chain file";
	const lenders = settings.lenders.map(({ kind, address }): [string, string] => [`lender ${kind}`, address]);
	const contracts = [...Object.entries({ wrappedNative, executor, rewardDistributor }), ...lenders];
	const findings: Finding[] = await Promise.all(contracts.map(([contract, address]) => checkCode(node, { row: file, contract, address })));
	findings.push(...(await Promise.all(settings.tokens.map((token) => checkDecimals(node, file, token)))));
	for (const row of ownDeployments(settings)) findings.push(...(await checkDeployment(node, row)));
	return findings;
}
