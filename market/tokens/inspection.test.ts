import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TokenExclusion, TokenFacts, TokenNoteCode } from "../../domain/token-facts.ts";
import { type ChainClient, connectChain } from "../chain-client.ts";
import { type FaultyNode, type RpcCall, startFaultyNode } from "../testing/faulty-node.ts";
import { startNode } from "../testing/node.ts";
import { startWeirdChain, type WeirdChain } from "../testing/weird-tokens.ts";
import { inspectTokens, type TokenToInspect } from "./inspection.ts";
import { decideToken } from "./verdict.ts";

interface Case {
	readonly behaviour: string;
	/** A contract of `testing/weird/` with its arguments (`pool` is the pool), or how it is deployed. */
	readonly token: readonly [string, ...unknown[]] | (() => Promise<string>);
	readonly exclusion: TokenExclusion | null;
	readonly notes?: readonly TokenNoteCode[];
	/** False where no holder is known. */
	readonly isHeld?: boolean;
	/** Done once the pool has been paid. */
	readonly after?: (token: string) => Promise<void>;
}

let chain: WeirdChain;
let client: ChainClient;
const POOL = Symbol("pool");

/** The published list (d-xo/weird-erc20), behaviours that traders met besides, and tokens that are as they should be. */
const CASES: readonly Case[] = [
	// as they should be
	{ behaviour: "a plain token", token: ["Plain"], exclusion: null },
	{ behaviour: "WETH9 as published", token: () => chain.deployWeth(), exclusion: null, notes: ["self_pull_free"] },
	{ behaviour: "DAI's permit and its own pulls", token: ["DaiLike"], exclusion: null, notes: ["unusual_permit", "self_pull_free"] },
	{
		behaviour: "USDC's proxy, pause and blocklist",
		token: async () => chain.deploy("OldUpgradable", await chain.deploy("Regulated")),
		exclusion: null,
		notes: ["upgradable", "pausable", "blocklist"],
	},
	{
		behaviour: "USDT's silence, fee switch, pause, blocklist and approvals",
		token: ["Silent"],
		exclusion: null,
		notes: ["pausable", "blocklist", "fee_switch", "missing_return", "approve_race"],
	},
	// reentrant calls
	{ behaviour: "calling each recipient that has code", token: ["Telling"], exclusion: "calls_recipient" },
	{ behaviour: "calling registered recipients (ERC-777)", token: ["Registered"], exclusion: null, notes: ["registered_hooks"] },
	{ behaviour: "asking recipients without letting them act", token: ["Asking"], exclusion: null },
	// return values
	{ behaviour: "nothing from transfer, true from transferFrom", token: ["HalfSilent"], exclusion: null, notes: ["missing_return"] },
	{ behaviour: "false from a transfer that moved", token: ["Denying"], exclusion: "returns_false" },
	{ behaviour: "a number from transfers", token: ["Numbering"], exclusion: "returns_false" },
	{ behaviour: "false instead of reverting", token: ["Polite"], exclusion: null, notes: ["false_on_failure"] },
	{ behaviour: "true from a transfer that moved nothing", token: ["Pretending"], exclusion: "pretends" },
	{ behaviour: "true from a transfer of more than there is", token: ["PretendingOverdraft"], exclusion: "pretends" },
	// fees
	{ behaviour: "a fee from what arrives", token: ["FeeOnTransfer"], exclusion: "transfer_fee" },
	{ behaviour: "a fee on top of what is sent", token: ["FeeOnTop"], exclusion: "transfer_fee" },
	{ behaviour: "a fee on paying a pair only", token: ["SellTax"], exclusion: "transfer_fee" },
	{ behaviour: "a fee above a size only", token: ["FeeOnLarge"], exclusion: "transfer_fee" },
	{ behaviour: "more arriving than sent", token: ["Bonus"], exclusion: "transfer_fee" },
	// balances that change by themselves
	{ behaviour: "balances kept as shares (stETH)", token: ["Shares"], exclusion: "inexact_transfer", notes: ["derived_balance"] },
	{ behaviour: "exact moves, balances changed by a rebase", token: ["Elastic"], exclusion: "rebasing", notes: ["derived_balance"] },
	{ behaviour: "calls of a rebasing token (wstETH)", token: ["Wrapper"], exclusion: null },
	{ behaviour: "balances that grow with time", token: ["Interest"], exclusion: "rebasing" },
	{ behaviour: "a holder gaining by others' transfers", token: ["Reflecting", POOL], exclusion: "rebasing" },
	// upgradable
	{
		behaviour: "a proxy of EIP-1967",
		token: async () => chain.deploy("Upgradable", await chain.deploy("Initializable")),
		exclusion: null,
		notes: ["upgradable"],
	},
	{
		behaviour: "a proxy of EIP-1822",
		token: async () => chain.deploy("Proxiable", await chain.deploy("Initializable")),
		exclusion: null,
		notes: ["upgradable"],
	},
	{
		behaviour: "a beacon's proxy",
		token: async () => chain.deploy("BeaconProxy", await chain.deploy("Beacon", await chain.deploy("Initializable"))),
		exclusion: null,
		notes: ["upgradable"],
	},
	{
		behaviour: "a beacon that is none",
		token: ["Misleading", "0x00000000000000000000000000000000000000bb"],
		exclusion: null,
		notes: ["upgradable"],
	},
	{
		behaviour: "a minimal proxy (EIP-1167)",
		token: async () => {
			const cloner = await chain.deploy("Cloner");
			await chain.send({ name: "Cloner", at: cloner, method: "make" }, await chain.deploy("Initializable"));
			return String(await chain.read({ name: "Cloner", at: cloner, method: "clone" })).toLowerCase();
		},
		exclusion: null,
		notes: ["minimal_proxy"],
	},
	// restraints
	{ behaviour: "flash minting (ERC-3156)", token: ["FlashMintable"], exclusion: null, notes: ["flash_mint"] },
	{ behaviour: "a blocklist", token: ["Blocklist"], exclusion: null, notes: ["blocklist"] },
	{
		behaviour: "a blocklist with the pool on it",
		token: ["Blocklist"],
		exclusion: "cannot_buy",
		notes: ["blocklist"],
		after: (at) => chain.send({ name: "Blocklist", at, method: "addToBlockedList" }, chain.pool),
	},
	{ behaviour: "a pause", token: ["Pausable"], exclusion: null, notes: ["pausable"] },
	{
		behaviour: "a pause that is on",
		token: ["Pausable"],
		exclusion: "paused",
		notes: ["pausable"],
		after: (at) => chain.send({ name: "Pausable", at, method: "pause" }),
	},
	{ behaviour: "a limit on amounts", token: ["Limited"], exclusion: "transfer_limit" },
	{ behaviour: "a pool that may not be emptied", token: ["Reserved", POOL], exclusion: null, notes: ["emptying_refused"] },
	{ behaviour: "accounts that must keep something", token: ["KeepsDust"], exclusion: "cannot_sell" },
	{ behaviour: "reverting on a single base unit", token: ["NoUnits"], exclusion: null, notes: ["one_unit_refused"] },
	{ behaviour: "reverting on a transfer of zero", token: ["RefusesZero"], exclusion: null, notes: ["zero_transfer_refused"] },
	{ behaviour: "reverting on the zero address", token: ["RefusesZeroAddress"], exclusion: null, notes: ["zero_address_refused"] },
	{ behaviour: "reverting on a transfer to oneself", token: ["RefusesSelf"], exclusion: null, notes: ["self_transfer_refused"] },
	{ behaviour: "never leaving a pool", token: ["Trap"], exclusion: "cannot_buy" },
	{
		behaviour: "a honeypot: bought, never sold",
		token: ["Honeypot"],
		exclusion: "cannot_sell",
		after: (at) => chain.send({ name: "Honeypot", at, method: "befriend" }, chain.pool),
	},
	{ behaviour: "moving from and to pools only", token: ["SellOnly"], exclusion: "cannot_send" },
	{ behaviour: "no transferFrom", token: ["NoPull"], exclusion: "cannot_pull" },
	// approvals
	{ behaviour: "approval race protection", token: ["ApproveRace"], exclusion: null, notes: ["approve_race"] },
	{
		behaviour: "reverting on approving the zero address",
		token: ["RefusesNobodyAsSpender"],
		exclusion: null,
		notes: ["approve_zero_address_refused"],
	},
	{ behaviour: "reverting on approving zero", token: ["RefusesZeroApproval"], exclusion: null, notes: ["approve_zero_value_refused"] },
	{
		behaviour: "amounts of 96 bits (UNI, COMP)",
		token: ["Narrow"],
		exclusion: null,
		notes: ["large_approval_refused", "approval_capped"],
	},
	{ behaviour: "allowances that are not looked at", token: ["Unguarded"], exclusion: "unguarded" },
	// amounts
	{ behaviour: "the highest amount meaning all (cUSDCv3)", token: ["MaxMeansAll"], exclusion: null, notes: ["max_moves_balance"] },
	{ behaviour: "any amount capped at the balance", token: ["Capping"], exclusion: "pretends" },
	{ behaviour: "balances that wrap around", token: ["Overdrawing"], exclusion: "overdraft" },
	{ behaviour: "a transfer to oneself that doubles", token: ["SelfDoubling"], exclusion: "self_transfer" },
	{
		behaviour: "the native coin moving along",
		token: ["Coined"],
		exclusion: null,
		notes: ["native_coin"],
		after: async (to) => {
			const signer = await chain.provider.getSigner(0);
			await (await signer.sendTransaction({ to, value: 1_000 })).wait();
		},
	},
	{ behaviour: "a transfer that writes much", token: ["Gluttonous"], exclusion: "too_costly" },
	{ behaviour: "a transfer that spends all gas it gets", token: ["Burning"], exclusion: "too_costly" },
	{ behaviour: "a balance that spends all gas it gets", token: ["Bottomless"], exclusion: "too_costly" },
	// two addresses
	{ behaviour: "a token with a second door", token: ["FrontDoored"], exclusion: null },
	{ behaviour: "the second door", token: () => secondDoor(), exclusion: "alias" },
	// metadata
	{ behaviour: "bytes32 metadata (MKR)", token: ["Bytes32Metadata"], exclusion: null, notes: ["bytes32_metadata"] },
	{ behaviour: "no decimals", token: ["WithoutOptional"], exclusion: "no_decimals", notes: ["no_symbol"] },
	{ behaviour: "no total supply and no symbol", token: ["WithoutSupply"], exclusion: null, notes: ["no_symbol", "no_total_supply"] },
	{
		behaviour: "no balances",
		token: ["WithoutBalances"],
		exclusion: "balance_unreadable",
		notes: ["no_symbol", "no_total_supply"],
		isHeld: false,
	},
	{ behaviour: "2 decimals (GUSD)", token: ["Denominated", 2], exclusion: null, notes: ["low_decimals"] },
	{ behaviour: "24 decimals (YAM-V2)", token: ["Denominated", 24], exclusion: null, notes: ["high_decimals"] },
	{ behaviour: "decimals beyond uint8", token: ["Denominated", 1_000], exclusion: "decimals_out_of_range", notes: ["high_decimals"] },
	{
		behaviour: "a script as its symbol",
		token: ["Labelled", '<img src=x onerror="steal()">'],
		exclusion: null,
		notes: ["unusual_symbol"],
	},
	{ behaviour: "an absurdly long symbol", token: ["Labelled", "LONG".repeat(1_000)], exclusion: null, notes: ["unusual_symbol"] },
	{
		behaviour: "nothing that can be shown as its symbol",
		token: ["Labelled", "\u202e\u0000\u200b"],
		exclusion: null,
		notes: ["no_symbol"],
	},
	// circumstances
	{ behaviour: "unmovable after a day", token: ["TimeBomb"], exclusion: "depends_on_context" },
	{ behaviour: "unmovable after some blocks", token: ["Numbered"], exclusion: "depends_on_context" },
	{ behaviour: "a fee where gas has a price", token: ["GasPriced"], exclusion: "transfer_fee" },
	{ behaviour: "a fee in others' blocks", token: ["Built"], exclusion: "depends_on_context" },
	// where balances are
	{
		behaviour: "no holder, Solidity's mapping",
		token: ["SolidityLayout"],
		exclusion: null,
		notes: ["funded_by_override"],
		isHeld: false,
	},
	{ behaviour: "no holder, Vyper's mapping", token: ["VyperLayout"], exclusion: null, notes: ["funded_by_override"], isHeld: false },
	{
		behaviour: "no holder, a namespace (ERC-7201)",
		token: ["NamespacedLayout"],
		exclusion: null,
		notes: ["funded_by_override"],
		isHeld: false,
	},
	{ behaviour: "no holder, Solady's places", token: ["SoladyLayout"], exclusion: null, notes: ["funded_by_override"], isHeld: false },
	{ behaviour: "no holder, balances where nobody looks", token: ["HiddenLayout"], exclusion: "no_holder", isHeld: false },
	{ behaviour: "a holder, balances where nobody looks", token: ["HiddenLayout"], exclusion: null },
	{ behaviour: "no code", token: async () => "0x00000000000000000000000000000000000000aa", exclusion: "no_code", isHeld: false },
];

async function secondDoor(): Promise<string> {
	const door = CASES.find(({ behaviour }) => behaviour === "a token with a second door");
	const front = door === undefined ? undefined : deployed.get(door);
	if (front === undefined) throw new Error("the second door comes after the token that it leads to");
	const second = await chain.deploy("SecondDoor", front);
	await chain.send({ name: "FrontDoored", at: front, method: "setDoor" }, second);
	return second;
}

const deployed = new Map<Case, string>();
const found = new Map<Case, TokenFacts>();

beforeAll(async () => {
	chain = await startWeirdChain();
	client = await connectChain(chain, { timeoutMs: 60_000 });
	const tokens: TokenToInspect[] = [];
	for (const each of CASES) {
		const { token, isHeld = true, after } = each;
		const address =
			typeof token === "function"
				? await token()
				: await chain.deploy(token[0], ...token.slice(1).map((arg) => (arg === POOL ? chain.pool : arg)));
		deployed.set(each, address);
		// The second door leads to what the pool was paid through the first.
		if (isHeld && each.exclusion !== "alias") await chain.fund(address);
		await after?.(address);
		tokens.push({ address, holders: isHeld ? [chain.pool] : [] });
	}
	const facts = await inspectTokens(client, { block: await client.head(), tokens });
	for (const [i, each] of CASES.entries()) {
		const fact = facts[i];
		if (fact !== undefined) found.set(each, fact);
	}
});

afterAll(async () => {
	client?.close();
	await chain?.close();
});

function factsOf(each: Case): TokenFacts {
	const facts = found.get(each);
	if (facts === undefined) throw new Error(`${each.behaviour}: not inspected`);
	return facts;
}

describe("inspecting a token with", () => {
	it.each(CASES)("$behaviour: excluded for $exclusion", (each) => {
		const facts = factsOf(each);
		const verdict = decideToken(facts);
		expect({
			exclusion: verdict.exclusion?.code ?? null,
			notes: verdict.notes.map(({ code }) => code).toSorted(),
		}).toEqual({ exclusion: each.exclusion, notes: (each.notes ?? []).toSorted() });
		expect(verdict.allowed).toBe(each.exclusion === null);
	});
});

describe("an inspection", () => {
	const named = (behaviour: string): TokenFacts =>
		factsOf(CASES.find((each) => each.behaviour === behaviour) ?? { ...(CASES[0] as Case), behaviour });

	it("measures both sides of each move in base units", () => {
		const { here } = named("a fee from what arrives");
		const amounts = here?.moves
			.filter(({ kind }) => kind === "buy")
			.map(({ size, asked, sent, received }) => ({ size, asked, sent, received }));
		const held = 100_000n * 10n ** 18n;
		const less = (asked: bigint) => asked - asked / 100n;
		expect(amounts?.slice(0, 5)).toEqual(
			[
				["unit", 1n],
				["small", held / 10_000n],
				["third", (held / 3n) | 1n],
				["half", held / 2n],
				["all", held],
			].map(([size, asked]) => ({ size, asked, sent: asked, received: less(asked as bigint) })),
		);
	});

	it("shows symbols without what breaks a display", () => {
		expect(named("a script as its symbol").metadata).toMatchObject({ symbol: "img src=x onerror=steal()", isUnusual: true });
		expect(named("an absurdly long symbol").metadata.symbol).toBe("LONG".repeat(8));
		expect(named("bytes32 metadata (MKR)").metadata).toMatchObject({ symbol: "WRD", name: "Weird", encoding: "bytes32" });
	});

	it("names the implementation behind each kind of proxy", () => {
		const kinds = [
			"a proxy of EIP-1967",
			"a proxy of EIP-1822",
			"a beacon's proxy",
			"a minimal proxy (EIP-1167)",
			"USDC's proxy, pause and blocklist",
		];
		expect(kinds.map((behaviour) => named(behaviour).proxy?.kind)).toEqual([
			"eip-1967",
			"eip-1822",
			"eip-1967-beacon",
			"eip-1167",
			"zeppelinos",
		]);
		for (const behaviour of kinds) expect(named(behaviour).proxy?.implementation).toMatch(/^0x[0-9a-f]{40}$/);
	});

	it("finds which slot holds balances", () => {
		const layouts = ["Solidity's mapping", "Vyper's mapping", "a namespace (ERC-7201)", "Solady's places"];
		expect(layouts.map((layout) => named(`no holder, ${layout}`).funding)).toEqual([
			{ kind: "slot", layout: "solidity", slot: 51 },
			{ kind: "slot", layout: "vyper", slot: 7 },
			{ kind: "slot", layout: "erc-7201", slot: null },
			{ kind: "slot", layout: "solady", slot: null },
		]);
	});

	it("says which token a second address belongs to", () => {
		expect(named("the second door").aliasOf).toBe(named("a token with a second door").address);
	});

	it("leaves the chain as it was", async () => {
		const before = await client.head();
		await inspectTokens(client, { block: before, tokens: [{ address: named("a plain token").address, holders: [chain.pool] }] });
		expect(await client.head()).toEqual(before);
		expect(await client.tokenBalanceOf({ token: named("a plain token").address, account: chain.pool })).toBe(100_000n * 10n ** 18n);
	});

	it("of a token that bars the executor finds that it behaves differently for it", async () => {
		const trader = "0x00000000000000000000000000000000000000ee";
		const token = await chain.deploy("Blocklist");
		await chain.fund(token);
		await chain.send({ name: "Blocklist", at: token, method: "addToBlockedList" }, trader);
		const asked = { block: await client.head(), tokens: [{ address: token, holders: [chain.pool] }] };
		const [fresh] = await inspectTokens(client, asked);
		const [ours] = await inspectTokens(client, { ...asked, trader });
		expect(fresh && decideToken(fresh).exclusion).toBeNull();
		expect(ours && decideToken(ours).exclusion).toMatchObject({
			code: "depends_on_context",
			sentence: expect.stringContaining("cannot_buy"),
		});
	});

	it("trades with the smaller pools as well: a tax may be on one of them alone", async () => {
		const small = await chain.deploy("Pool");
		const token = await chain.deploy("PairTax", small);
		await chain.fund(token);
		await chain.send({ name: "Plain", at: token, method: "transfer" }, small, 5_000n);
		const block = await client.head();
		const verdictWith = async (...holders: readonly string[]) => {
			const [facts] = await inspectTokens(client, { block, tokens: [{ address: token, holders }] });
			return facts && decideToken(facts);
		};
		expect(await verdictWith(chain.pool)).toMatchObject({ allowed: true });
		const { exclusion } = (await verdictWith(small, chain.pool)) ?? {};
		expect(exclusion?.code).toBe("transfer_fee");
		expect(exclusion?.sentence).toContain(`sell 49790; a sell of 1667 with ${small} cost 1667 and delivered 1584`);
	});

	it("takes the balance of the holder that has most, and writes one where that is too little", async () => {
		const token = await chain.deploy("Plain");
		await chain.fund(token, 999n);
		const other = await chain.deploy("Pool");
		const inspect = async () =>
			(await inspectTokens(client, { block: await client.head(), tokens: [{ address: token, holders: [other, chain.pool] }] }))[0];
		expect((await inspect())?.funding).toEqual({ kind: "slot", layout: "solidity", slot: 0 });
		await chain.fund(token, 1n);
		expect((await inspect())?.funding).toEqual({ kind: "holder", holder: chain.pool });
		expect((await inspect())?.here?.holderBalance).toBe(1_000n);
	});
});

describe("a node", () => {
	let proxy: FaultyNode | null = null;
	afterAll(async () => proxy?.close());

	/** Passes on what `answer` has nothing to say about. */
	async function behind(answer: (call: RpcCall) => object | null): Promise<ChainClient> {
		proxy = await startFaultyNode(async (calls, response) => {
			const answers = await Promise.all(
				calls.map(async (call) => {
					const own = answer(call);
					if (own !== null) return { jsonrpc: "2.0", id: call.id, ...own };
					const passed = await fetch(chain.rpcUrl, {
						method: "POST",
						headers: { "content-type": "application/json" },
						body: JSON.stringify({ jsonrpc: "2.0", id: call.id, method: call.method, params: call.params }),
					});
					return (await passed.json()) as object;
				}),
			);
			response.end(JSON.stringify(answers.length === 1 ? answers[0] : answers));
		});
		return connectChain({ ...chain, rpcUrl: proxy.url }, { wsUrl: null, timeoutMs: 60_000 });
	}

	const plain = async (of: ChainClient) => ({
		block: await of.head(),
		tokens: [{ address: factsOf(CASES[0] as Case).address, holders: [chain.pool] }],
	});
	const tooMany = (most: number) => ({ error: { code: -32602, message: `too many arguments, want at most ${most}` } });

	it("that refuses state overrides is named as the reason, and nothing is let through", async () => {
		const node = await behind(({ method, params }) => (method === "eth_call" && params.length > 2 ? tooMany(2) : null));
		await expect(plain(node).then((order) => inspectTokens(node, order))).rejects.toMatchObject({
			code: "dependency_missing",
			retryable: false,
			message: expect.stringMatching(/rpcUrl: token 0x.*does not take state overrides/),
		});
		node.close();
	});

	it("that leaves state overrides out is found out", async () => {
		const node = await behind(({ method, params }) => (method === "eth_call" && params.length > 2 ? { result: "0x" } : null));
		await expect(plain(node).then((order) => inspectTokens(node, order))).rejects.toMatchObject({ code: "dependency_missing" });
		node.close();
	});

	it.each([
		["refuses", () => tooMany(3)],
		["leaves out", null],
	] as const)("that %s block overrides is noted", async (_, refusal) => {
		const node = await behind((call) => {
			if (call.method !== "eth_call" || call.params.length < 4) return null;
			if (refusal !== null) return refusal();
			(call.params as unknown[]).length = 3;
			return null;
		});
		const [facts] = await inspectTokens(node, await plain(node));
		expect(facts && decideToken(facts)).toMatchObject({ allowed: true, notes: [{ code: "time_unchecked" }] });
		node.close();
	});

	it("that gives a call too little gas is named with both numbers", async () => {
		const node = await startNode(["--gas-limit", "5000000"]);
		const { rpcUrl } = node;
		const small = await connectChain({ ...chain, rpcUrl, genesisHash: await genesisOf(rpcUrl) }, { wsUrl: null });
		try {
			const order = { block: await small.head(), tokens: [{ address: chain.pool, holders: [] }] };
			await expect(inspectTokens(small, order)).rejects.toMatchObject({
				code: "dependency_missing",
				message: expect.stringMatching(/gives an eth_call 4\d{6} gas, .* takes 15000000/),
			});
		} finally {
			small.close();
			await node.close();
		}
	});
});

async function genesisOf(rpcUrl: string): Promise<string> {
	const response = await fetch(rpcUrl, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: ["0x0", false] }),
	});
	const { result } = (await response.json()) as { readonly result: { readonly hash: string } };
	return result.hash;
}
