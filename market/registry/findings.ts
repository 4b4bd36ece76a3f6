import { Interface } from "ethers";
import type { ChainFacts } from "../../config/chains/chain-facts.ts";
import type { Deployment } from "../../config/dexes/deployment.ts";
import { poolAddress } from "../../config/dexes/pool-address.ts";
import type { Lender } from "../../config/lenders/lender.ts";
import { messageOf } from "../../domain/errors.ts";
import type { NodeReader } from "./node-reader.ts";
import { type Question, questionsOf, questionsOfLender } from "./questions.ts";

/** One thing that a row says, held against the chain. */
export interface Finding {
	/** The row, e.g. `uniswap-v3 (uniswap-v3)`. */
	readonly row: string;
	/** Its contract, e.g. `factory`. */
	readonly contract: string;
	readonly address: string;
	readonly check: string;
	readonly isGood: boolean;
	/** What was found where that is not good. */
	readonly found: string;
}

/** A contract that a row names. */
export interface NamedContract {
	readonly row: string;
	readonly contract: string;
	readonly address: string;
}

/** A row's contracts have code, its known pool derives, and the contracts answer as the row says. */
export async function checkDeployment(node: NodeReader, deployment: Deployment): Promise<readonly Finding[]> {
	const row = `${deployment.dex} (${deployment.family})`;
	const { factory, vault, poolDeployer, router, quoter, derivation, knownPool } = deployment;
	const implementation = derivation?.by === "clone" ? derivation.implementation : undefined;
	const contracts = { factory, vault, "pool deployer": poolDeployer, implementation, router, quoter, pool: knownPool?.address };
	const named = Object.entries(contracts).flatMap(([contract, address]) => (address === undefined ? [] : [{ row, contract, address }]));
	return [
		...(await Promise.all(named.map((each) => checkCode(node, each)))),
		...derivationFindings(deployment, row),
		...(await Promise.all(questionsOf(deployment).map((question) => checkAnswer(node, row, question)))),
	];
}

/** A lender has code, and tells its fee. */
export async function checkLender(node: NodeReader, lender: Lender): Promise<readonly Finding[]> {
	const row = `lender ${lender.lender}`;
	return Promise.all([
		checkCode(node, { row, contract: "lender", address: lender.address }),
		...questionsOfLender(lender).map((question) => checkAnswer(node, row, question)),
	]);
}

/** Tokens have the decimals that the facts say, feeds have prices, and a rollup's sequencer is up. */
export async function checkChainFacts(node: NodeReader, facts: ChainFacts): Promise<readonly Finding[]> {
	const tokens = [
		{ symbol: `W${facts.native.symbol}`, address: facts.wrappedNative, decimals: facts.native.decimals },
		...facts.stablecoins,
	];
	const price = (contract: string, address: string, expected: Question["expected"]): Promise<Finding> =>
		checkAnswer(node, "chain", {
			...{ contract, address, args: [], value: 1, expected },
			signature: "latestRoundData() view returns (uint80,int256,uint256,uint256,uint80)",
		});
	return [
		await checkCode(node, { row: "chain", contract: "multicall", address: facts.multicall.address }),
		...(await Promise.all(tokens.map((token) => checkDecimals(node, "chain", token)))),
		...(await Promise.all(facts.feeds.map(({ pair, address }) => price(pair, address, "non-zero")))),
		...(facts.sequencerUptimeFeed === undefined ? [] : [await price("sequencer uptime", facts.sequencerUptimeFeed, { is: "0" })]),
	];
}

export function checkDecimals(
	node: NodeReader,
	row: string,
	token: { readonly symbol: string; readonly address: string; readonly decimals: number },
): Promise<Finding> {
	return checkAnswer(node, row, {
		...{ contract: token.symbol, address: token.address, args: [], expected: { is: String(token.decimals) } },
		signature: "decimals() view returns (uint8)",
	});
}

export async function checkCode(node: NodeReader, { row, contract, address }: NamedContract): Promise<Finding> {
	const isGood = await node.hasCode(address);
	return { row, contract, address, check: "has code", isGood, found: isGood ? "" : "no code" };
}

function derivationFindings(deployment: Deployment, row: string): readonly Finding[] {
	const { knownPool } = deployment;
	if (knownPool === undefined) return [];
	const finding = { row, contract: "pool", address: knownPool.address, check: "derives from the row" };
	try {
		const derived = poolAddress(deployment, knownPool);
		const isGood = derived === knownPool.address;
		return [{ ...finding, isGood, found: isGood ? "" : derived }];
	} catch (error) {
		return [{ ...finding, isGood: false, found: messageOf(error) }];
	}
}

async function checkAnswer(node: NodeReader, row: string, question: Question): Promise<Finding> {
	const { contract, address, signature, args, expected, value = 0 } = question;
	const abi = new Interface([`function ${signature}`]);
	const name = signature.slice(0, signature.indexOf("("));
	const wanted = typeof expected === "string" ? "answers" : `is ${expected.is}`;
	const finding = { row, contract, address, check: `${name}(${args.map(shortened).join(", ")}) ${wanted}` };
	const returned = await node.call({ to: address, data: abi.encodeFunctionData(name, args) });
	if (returned === null) return { ...finding, isGood: false, found: "the call reverts" };
	let answer: string;
	try {
		answer = String(abi.decodeFunctionResult(name, returned)[value]).toLowerCase();
	} catch {
		return { ...finding, isGood: false, found: returned === "0x" ? "no answer" : `an answer of another form: ${returned.slice(0, 74)}` };
	}
	const isGood = expected === "anything" || (expected === "non-zero" ? BigInt(answer) !== 0n : answer === expected.is);
	return { ...finding, isGood, found: isGood ? "" : answer };
}

/** Addresses among arguments by their ends: the row has them whole. */
function shortened(value: unknown): string {
	const text = String(value);
	return text.length === 42 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text;
}
