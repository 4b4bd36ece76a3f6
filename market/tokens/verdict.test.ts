import { describe, expect, it } from "vitest";
import type { TokenBehaviour, TokenFacts, TokenMove } from "../../domain/token-facts.ts";
import { decideToken } from "./verdict.ts";

const HOLDER = `0x${"b0".repeat(20)}`;
const OTHER_POOL = `0x${"b1".repeat(20)}`;
const MAX = (1n << 256n) - 1n;

function move(kind: TokenMove["kind"], change: Partial<TokenMove> = {}): TokenMove {
	const asked = change.asked ?? 1_000_000n;
	return { kind, size: "third", holder: HOLDER, asked, answer: "true", sent: asked, received: asked, gasUsed: 40_000, ...change };
}

const moves: readonly TokenMove[] = [
	...(["unit", "small", "third", "half", "all"] as const).flatMap((size) => [move("buy", { size }), move("sell", { size })]),
	...[move("send"), move("pull")],
];

const behaviour: TokenBehaviour = {
	...{ unfinished: 0, holderBalance: 3_000_000n, readingGas: 5_000, moves, drift: 0n, unaskedCalls: 0, registeredCalls: 0 },
	movesNativeCoin: false,
	approval: { answer: "true", allowance: MAX, canChange: true, takesZeroValue: true, takesZeroAddress: true, takesLarge: true },
	...{ takesZeroTransfer: true, selfTransfer: 0n, takesZeroAddress: true },
	...{ overdraft: "refused", maxTransfer: "refused", pullsOwnFreely: false, pullsOthersFreely: false },
};

const facts: TokenFacts = {
	...{ chainId: 1, address: `0x${"70".repeat(20)}`, block: { number: 10, hash: `0x${"11".repeat(32)}` } },
	...{ codeBytes: 1_000, proxy: null, features: [], isBalanceReadable: true, isBalanceDerived: false },
	metadata: { name: "Token", symbol: "TKN", encoding: "string", isUnusual: false, decimals: 18n, totalSupply: 10n ** 24n },
	...{ funding: { kind: "holder", holder: HOLDER }, here: behaviour, elsewhere: behaviour, isTimeChecked: true, aliasOf: null },
};

const acting = (change: Partial<TokenBehaviour>): TokenFacts => ({ ...facts, here: { ...behaviour, ...change } });
const moving = (...changed: readonly TokenMove[]): TokenFacts => acting({ moves: [...moves, ...changed] });
const codeOf = (of: TokenFacts) => decideToken(of).exclusion?.code ?? null;

describe("deciding on a token", () => {
	it("allows one that does nothing but move, without a note", () => {
		expect(decideToken(facts)).toEqual({ allowed: true, exclusion: null, notes: [] });
	});

	it.each([
		["one unit off", move("sell", { received: 999_999n }), "inexact_transfer"],
		["two units off", move("sell", { received: 1_000_002n }), "inexact_transfer"],
		["three units off", move("sell", { received: 999_997n }), "transfer_fee"],
		["one unit more sent", move("buy", { sent: 1_000_001n }), "inexact_transfer"],
		["one unit of which nothing arrives", move("buy", { size: "unit", asked: 1n, sent: 0n, received: 0n }), "inexact_transfer"],
		["three units of which nothing arrives", move("buy", { size: "unit", asked: 3n, sent: 0n, received: 0n }), "pretends"],
		["false and moved", move("pull", { answer: "false" }), "returns_false"],
		["false and not moved", move("buy", { size: "small", answer: "false", sent: 0n, received: 0n }), "transfer_limit"],
		["half refused", move("buy", { size: "half", answer: "failure", sent: 0n, received: 0n }), "transfer_limit"],
		["all refused", move("buy", { size: "all", answer: "failure", sent: 0n, received: 0n }), null],
		["another pool that cannot be paid", move("sell", { holder: OTHER_POOL, answer: "failure", sent: 0n, received: 0n }), "cannot_sell"],
		["500,000 gas", move("buy", { gasUsed: 500_000 }), null],
		["500,001 gas", move("buy", { gasUsed: 500_001 }), "too_costly"],
	] as const)("for a move with %s", (_, changed, code) => {
		expect(codeOf(moving(changed))).toBe(code);
	});

	it("gives the shares of a fee by the kind of move, in millionths, the largest of each", () => {
		const taxed = moving(
			move("sell", { received: 900_000n }),
			move("sell", { received: 950_000n }),
			move("pull", { holder: OTHER_POOL, received: 990_000n }),
		);
		expect(decideToken(taxed).exclusion?.sentence).toBe(
			`transfers are not of the amount, in millionths: sell 100000, pull 10000; a sell of 1000000 with ${HOLDER} cost 1000000 and delivered 900000`,
		);
	});

	it("takes any difference a day later for one that the token makes", () => {
		const later = (change: Partial<TokenBehaviour>): TokenFacts => ({ ...facts, elsewhere: { ...behaviour, ...change } });
		expect(codeOf(later({ holderBalance: 3_000_001n }))).toBe("rebasing");
		const found = decideToken(later({ moves: [...moves, move("sell", { received: 1n })] })).exclusion;
		expect(found).toMatchObject({ code: "depends_on_context", sentence: expect.stringMatching(/sell 999999.*\(transfer_fee\)$/) });
	});

	it.each([
		[{ unfinished: 1 }, "too_costly"],
		[{ readingGas: 120_001 }, "too_costly"],
		[{ drift: -1n }, "rebasing"],
		[{ unaskedCalls: 1, registeredCalls: 1 }, "calls_recipient"],
		[{ unaskedCalls: 0, registeredCalls: 1 }, null],
		[{ pullsOthersFreely: true }, "unguarded"],
		[{ selfTransfer: 1n }, "self_transfer"],
		[{ selfTransfer: "refused" }, null],
		[{ overdraft: "moved_more" }, "overdraft"],
		[{ maxTransfer: "moved_more" }, "overdraft"],
		[{ overdraft: "moved_balance" }, "pretends"],
		[{ maxTransfer: "moved_balance" }, null],
		[{ maxTransfer: "pretended" }, null],
	] as const)("for a behaviour with %o finds %s", (change, code) => {
		expect(codeOf(acting(change))).toBe(code);
	});

	it("names a pause where nothing moves and the token says that it is paused", () => {
		const stopped = moves.map((each): TokenMove => ({ ...each, answer: "failure", sent: 0n, received: 0n }));
		const paused = { kind: "pausable", signature: "paused()", answer: 1n } as const;
		expect(codeOf({ ...acting({ moves: stopped }), features: [paused] })).toBe("paused");
		expect(codeOf({ ...acting({ moves: stopped }), features: [{ ...paused, answer: 0n }] })).toBe("cannot_buy");
		expect(codeOf({ ...facts, features: [paused] })).toBeNull();
	});

	it("excludes what could not be read or tried out, whatever else is known", () => {
		expect(codeOf({ ...facts, codeBytes: 0 })).toBe("no_code");
		expect(codeOf({ ...facts, isBalanceReadable: false })).toBe("balance_unreadable");
		expect(codeOf({ ...facts, here: null })).toBe("no_holder");
		expect(codeOf({ ...facts, elsewhere: null })).toBe("no_holder");
		const decimals = (of: bigint | null): TokenFacts => ({ ...facts, metadata: { ...facts.metadata, decimals: of } });
		expect([null, 36n, 37n, MAX].map((of) => codeOf(decimals(of)))).toEqual([
			...["no_decimals", null, "decimals_out_of_range", "decimals_out_of_range"],
		]);
		expect(codeOf({ ...facts, aliasOf: OTHER_POOL })).toBe("alias");
	});
});
