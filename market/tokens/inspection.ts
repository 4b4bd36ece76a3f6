import { AbiCoder, id } from "ethers";
import type { BlockRef } from "../../domain/candidate.ts";
import { ArbError } from "../../domain/errors.ts";
import type { TokenFacts, TokenFeature, TokenMetadata, TokenProxy } from "../../domain/token-facts.ts";
import type { ChainClient } from "../chain-client.ts";
import { addressAt, uintAt } from "../protocols/abi-word.ts";
import { type BalanceSlot, markedSlots, slotFrom } from "./balance-slot.ts";
import { behaviourOf } from "./behaviour.ts";
import { type KnownFunction, knownFunctions, PROXY_SLOTS, proxyOf } from "./code.ts";
import { readMetadata } from "./metadata.ts";
import { rehearsalsOf } from "./rehearsals.ts";
import { decodeInspection, encodeInspection, type Question, type Report, type Scenario } from "./report.ts";
import { isRefusal, overridesMissing, type Simulation, simulate } from "./simulation.ts";
import { bareStage, type Counterparty, freshAddress, type Stage, type StageHolder, setStage, withOrigin } from "./stage.ts";

/** A token, and accounts that probably hold some of it, such as its pools. Addresses in lower case. */
export interface TokenToInspect {
	readonly address: string;
	readonly holders: readonly string[];
}

export interface InspectionOrder {
	/** The state of whose end all is read and tried out. */
	readonly block: BlockRef;
	readonly tokens: readonly TokenToInspect[];
	/** Known tokens whose second address one of these might be; earlier ones of `tokens` count as well. */
	readonly against?: readonly string[];
	/** An account to trade as in the second set of rehearsals, our executor for instance: it may be on a token's list. A fresh one where absent. */
	readonly trader?: string;
}

type Reader = Pick<ChainClient, "chainId" | "readAt">;

/** Tokens under way at once: each is a few calls of some hundred thousand bytes. */
const AT_ONCE = 8;
/** Candidates for a holder that are asked for their balance. */
const HOLDERS = 100;
/** Holders that are traded with beside the largest: their code is sent along, so there are not all of them. */
const COUNTERPARTIES = 7;
/** Base units below which a holder's balance proves too little; a written balance then serves. */
const LEAST_BALANCE = 1_000n;
/**
 * A set of rehearsals takes some 5 million with WETH9 and twice that where a transfer is dear; the rest is kept back for one that does more. Below what
 * EIP-7825 leaves a transaction (2^24), as some nodes hold calls to it.
 */
const LEAST_GAS = 15_000_000n;
/** How far away in time the second set of rehearsals is. */
const LATER = { seconds: 86_400, blocks: 7_200 };

const BALANCE_OF = id("balanceOf(address)").slice(0, 10);
const IMPLEMENTATION = id("implementation()").slice(0, 10);
const METADATA = ["name()", "symbol()", "decimals()", "totalSupply()"].map((signature) => id(signature).slice(0, 10));

/** What is known of a token before it is tried out. */
interface Survey {
	readonly address: string;
	readonly code: string;
	readonly proxyWords: readonly string[];
	readonly metadata: TokenMetadata;
	readonly isBalanceReadable: boolean;
	/** Those with enough to prove something, the largest first. */
	readonly holders: readonly { readonly address: string; readonly balance: bigint }[];
	readonly slot: (BalanceSlot & { readonly account: string }) | null;
	readonly isBalanceDerived: boolean;
}

/**
 * Tries tokens out at a block, in a few batches of calls for all of them together: what they say of themselves, what their code holds, and what they do
 * when a holder's tokens are moved about under state overrides. Nothing is sent, no account of ours needs to own anything.
 *
 * @throws ArbError `dependency_missing` for a node without state overrides, or one that gives a call too little gas; else of {@link ChainClient}
 */
export async function inspectTokens(client: Reader, order: InspectionOrder): Promise<readonly TokenFacts[]> {
	const against = (order.against ?? []).map((address) => ({ address, holders: [] }));
	const surveys = await inTurns([...against, ...order.tokens], (token) => surveyToken(client, order.block, token));
	return await inTurns(surveys.slice(against.length), (survey) => {
		const earlier = surveys.slice(0, surveys.indexOf(survey));
		const twins = earlier.filter((known) => mayBeSame(known, survey)).map(({ address }) => address);
		return examineToken(client, order, survey, twins);
	});
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
	const done: R[] = [];
	for (let from = 0; from < items.length; from += AT_ONCE) done.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
	return done;
}

/** Two addresses of one token say the same of it. */
function mayBeSame(a: Survey, b: Survey): boolean {
	const { totalSupply, decimals } = a.metadata;
	return (
		a.address !== b.address && (totalSupply ?? 0n) !== 0n && totalSupply === b.metadata.totalSupply && decimals === b.metadata.decimals
	);
}

async function surveyToken(client: Reader, block: BlockRef, { address, holders }: TokenToInspect): Promise<Survey> {
	const account = freshAddress();
	const { inspector, state } = bareStage();
	const asked = [...new Set(holders)].slice(0, HOLDERS);
	const questions = [...METADATA, ...[account, ...asked].map(balanceOf)].map((data) => ({ target: address, data }));
	const [code, report, ...proxyWords] = await Promise.all([
		client.readAt({ blockHash: block.hash, method: "eth_getCode", params: [address] }),
		inspect(client, block, address, {
			to: inspector,
			data: encodeInspection(address, null, [{ accounts: [], steps: [], questions }]),
			state: { ...state, [address]: markedSlots(account) },
		}).catch((error: unknown) => {
			throw isRefusal(error) ? overridesMissing(address, error) : error;
		}),
		...PROXY_SLOTS.map(({ slot }) => client.readAt({ blockHash: block.hash, method: "eth_getStorageAt", params: [address, slot] })),
	]);
	const answers = report.performances[0]?.answers ?? [];
	const [name = null, symbol = null, decimals = null, totalSupply = null, marked = null, ...balances] = answers;
	const slot = marked === null ? null : slotFrom(marked, account);
	const held = asked.map((holder, i) => ({ address: holder, balance: wordOf(balances[i]) ?? 0n }));
	return {
		address,
		code: String(code),
		proxyWords: proxyWords.map(String),
		metadata: readMetadata({ name, symbol, decimals, totalSupply }),
		isBalanceReadable: wordOf(marked) !== null,
		holders: held
			.filter(({ balance }) => balance >= LEAST_BALANCE)
			.toSorted((a, b) => (a.balance < b.balance ? 1 : a.balance > b.balance ? -1 : 0))
			.slice(0, 1 + COUNTERPARTIES),
		slot: slot === null || slot === "derived" ? null : { ...slot, account },
		isBalanceDerived: slot === "derived",
	};
}

async function examineToken(client: Reader, order: InspectionOrder, survey: Survey, twins: readonly string[]): Promise<TokenFacts> {
	const { block } = order;
	const at = { blockHash: block.hash };
	const proxy = await proxyBehind(client, block, survey);
	const [implementation, ...codes] = await Promise.all([
		proxy === null ? "0x" : client.readAt({ ...at, method: "eth_getCode", params: [proxy.implementation] }),
		...survey.holders.map((holder) => client.readAt({ ...at, method: "eth_getCode", params: [holder.address] })),
	]);
	const subject = survey.holders[0]?.address ?? freshAddress();
	const known = knownFunctions([survey.code, String(implementation)], subject);
	const source = sourceOf(
		survey,
		survey.holders.map((holder, i) => ({ ...holder, code: String(codes[i]) })),
	);
	const facts = {
		chainId: client.chainId,
		address: survey.address,
		block: { number: block.number, hash: block.hash },
		codeBytes: (survey.code.length - 2) / 2,
		proxy,
		metadata: survey.metadata,
		isBalanceReadable: survey.isBalanceReadable,
		isBalanceDerived: survey.isBalanceDerived,
	};
	const [features, here, elsewhere] = await Promise.all([
		featuresOf(client, block, survey.address, known),
		source === null ? { here: null, aliasOf: null } : rehearseHere(client, order, survey.address, { ...source, twins }),
		source === null ? { elsewhere: null, isTimeChecked: false } : rehearseElsewhere(client, order, survey.address, source),
	]);
	return { ...facts, features, funding: source?.funding ?? null, ...here, ...elsewhere };
}

/** What a beacon delegates to is asked of it; one that does not answer stands for itself: anybody may write anything into that slot. */
async function proxyBehind(client: Reader, block: BlockRef, { address, code, proxyWords }: Survey): Promise<TokenProxy | null> {
	const proxy = proxyOf(code, proxyWords);
	if (proxy?.kind !== "eip-1967-beacon") return proxy;
	const [answer] = await ask(client, block, address, [{ target: proxy.implementation, data: IMPLEMENTATION }]);
	return wordOf(answer) === null ? proxy : { ...proxy, implementation: addressAt(String(answer), 0) };
}

/** Those of the known functions that answer, and those that cannot be asked. */
async function featuresOf(
	client: Reader,
	block: BlockRef,
	token: string,
	known: readonly KnownFunction[],
): Promise<readonly TokenFeature[]> {
	if (known.length === 0) return [];
	const answers = await ask(
		client,
		block,
		token,
		known.map(({ data }) => ({ target: token, data: data ?? "0x" })),
	);
	return known.flatMap(({ kind, signature, data }, i): readonly TokenFeature[] => {
		const answer = wordOf(answers[i]);
		if (data === null) return [{ kind, signature, answer: null }];
		return answer === null ? [] : [{ kind, signature, answer }];
	});
}

interface Source {
	readonly funding: NonNullable<TokenFacts["funding"]>;
	readonly holder: StageHolder;
	readonly balance: bigint;
	readonly counterparties: readonly Counterparty[];
}

function sourceOf({ address, slot, metadata }: Survey, [largest, ...counterparties]: readonly Counterparty[]): Source | null {
	if (largest !== undefined) {
		const { balance, ...holder } = largest;
		return { funding: { kind: "holder", holder: holder.address }, holder: { kind: "holder", ...holder }, balance, counterparties };
	}
	if (slot === null) return null;
	// A part of what there is, as a pool would hold; a token that does not say how much there is gets a round number.
	const supply = metadata.totalSupply ?? 0n;
	const balance = supply / 4n >= LEAST_BALANCE ? supply / 4n : 10n ** 18n;
	const holder = { kind: "slot", address: slot.account, token: address, key: slot.key, amount: balance } as const;
	return { funding: slot.funding, holder, balance, counterparties: [] };
}

/** In the block's own circumstances, as a transaction that pays for its gas. */
async function rehearseHere(
	client: Reader,
	{ block }: InspectionOrder,
	token: string,
	of: Source & { readonly twins: readonly string[] },
): Promise<Pick<TokenFacts, "here" | "aliasOf">> {
	const stage = setStage(of.holder, { counterparties: of.counterparties });
	const rehearsals = rehearsalsOf(token, stage, of.balance);
	const firstBuy = rehearsals.find(({ name }) => name === "round trip: third")?.steps.slice(0, 1) ?? [];
	const scenarios: readonly Scenario[] = [
		{ accounts: [], steps: firstBuy, questions: of.twins.map((twin) => ({ target: twin, data: balanceOf(stage.trader) })) },
		...rehearsals.map((rehearsal) => ({ ...rehearsal, questions: [] })),
	];
	const report = await inspect(client, block, token, {
		...callOf(token, stage, scenarios),
		from: stage.origin,
		gasPrice: quantity(2n * BigInt(block.baseFeePerGasWei)),
	});
	const [twinned, ...performances] = report.performances;
	return {
		here: behaviourOf(rehearsals, performances),
		aliasOf: of.twins.find((_, i) => (wordOf(twinned?.answers[i]) ?? 0n) > 0n) ?? null,
	};
}

/** At another time, built by and sent from others, without a gas price: a token that only behaves when it is watched gives itself away here. */
async function rehearseElsewhere(
	client: Reader,
	{ block, trader }: InspectionOrder,
	token: string,
	source: Source,
): Promise<Pick<TokenFacts, "elsewhere" | "isTimeChecked">> {
	const stage = setStage(source.holder, { trader });
	const rehearsals = rehearsalsOf(token, stage, source.balance);
	const call = {
		...callOf(
			token,
			stage,
			rehearsals.map((rehearsal) => ({ ...rehearsal, questions: [] })),
		),
		from: stage.origin,
	};
	const time = BigInt(block.timestamp + LATER.seconds);
	const feeRecipient = freshAddress();
	const later = { number: quantity(BigInt(block.number + LATER.blocks)), time: quantity(time), feeRecipient };
	const report = await inspect(client, block, token, { ...call, block: later }).catch((error: unknown) => {
		// State overrides were taken in the survey, so what is refused are the block's.
		if (isRefusal(error)) return inspect(client, block, token, call);
		throw error;
	});
	return {
		elsewhere: behaviourOf(rehearsals, report.performances),
		isTimeChecked: report.timestamp === time && report.coinbase === feeRecipient,
	};
}

/** Answers to questions at the end of the block as it is; null for those that fail. */
async function ask(client: Reader, block: BlockRef, token: string, questions: readonly Question[]): Promise<readonly (string | null)[]> {
	const { inspector, state } = bareStage();
	const data = encodeInspection(token, null, [{ accounts: [], steps: [], questions }]);
	const report = await inspect(client, block, token, { to: inspector, data, state });
	return report.performances[0]?.answers ?? [];
}

function callOf(token: string, stage: Stage, scenarios: readonly Scenario[]): Pick<Simulation, "to" | "data" | "state"> {
	return { to: stage.inspector, data: encodeInspection(token, stage, scenarios), state: withOrigin(stage) };
}

async function inspect(client: Reader, block: BlockRef, token: string, simulation: Simulation): Promise<Report> {
	const answer = await simulate(client, block.hash, simulation);
	// Where the override was left out there is no code, and a call of nothing succeeds with nothing.
	if (answer === "0x") throw overridesMissing(token);
	const report = decodeInspection(answer);
	if (report.gasAvailable < LEAST_GAS) {
		throw new ArbError({
			code: "dependency_missing",
			message: `rpcUrl: the node gives an eth_call ${report.gasAvailable} gas, inspecting token ${token} takes ${LEAST_GAS}; raise its limit (Geth: --rpc.gascap) or use another`,
			retryable: false,
		});
	}
	return report;
}

function balanceOf(account: string): string {
	return BALANCE_OF + AbiCoder.defaultAbiCoder().encode(["address"], [account]).slice(2);
}

function wordOf(answer: string | null | undefined): bigint | null {
	return answer == null || answer.length < 66 ? null : uintAt(answer, 0);
}

function quantity(value: bigint): string {
	return `0x${value.toString(16)}`;
}
