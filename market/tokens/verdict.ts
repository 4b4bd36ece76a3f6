import type { TokenBehaviour, TokenExclusion, TokenFacts, TokenMove, TokenVerdict } from "../../domain/token-facts.ts";
import { isSuccess } from "./behaviour.ts";
import { notesOf } from "./notes.ts";

type Exclusion = NonNullable<TokenVerdict["exclusion"]>;

/** `numeric` amounts, prices and the settings take no more; tokens with more are not traded anywhere that we know of. */
const MOST_DECIMALS = 36n;
/** Base units by which balances that are kept as shares are off after a transfer: one for each of two divisions. */
const ROUNDING = 2n;
const PPM = 1_000_000n;
/** Pools read balances with all the gas that is left, so a token can burn a route's: several times what interest-bearing tokens take. */
const MOST_READING_GAS = 120_000;
const MOST_MOVING_GAS = 500_000;

/**
 * May routes use the token? What a route needs is what pools' mathematics takes for granted: whoever is paid an amount receives it, whoever pays it has
 * that much less, nobody else's balance changes, at any time and for everybody. Pure; the first reason that holds is given.
 */
export function decideToken(facts: TokenFacts): TokenVerdict {
	const exclusion = exclusionOf(facts);
	const allowed = exclusion === null;
	return { allowed, exclusion, notes: notesOf(facts, { allowed }) };
}

function exclusionOf(facts: TokenFacts): Exclusion | null {
	const { decimals } = facts.metadata;
	if (facts.codeBytes === 0) return exclusion("no_code", "there is no code at this address");
	if (!facts.isBalanceReadable) return exclusion("balance_unreadable", "balanceOf gives no balance");
	if (decimals === null) return exclusion("no_decimals", "decimals() gives no number");
	if (decimals > MOST_DECIMALS) return exclusion("decimals_out_of_range", `${decimals} decimals; at most ${MOST_DECIMALS} are taken`);
	if (facts.here === null || facts.elsewhere === null) {
		return exclusion(
			"no_holder",
			"none of the known holders has enough of it and the place of its balances was not found: it could not be tried out",
		);
	}
	const isPaused = facts.features.some(({ signature, answer }) => signature === "paused()" && answer === 1n);
	return (
		fault(facts.here, isPaused) ??
		rebasing(facts, facts.here, facts.elsewhere) ??
		contextual(fault(facts.elsewhere, isPaused)) ??
		(facts.aliasOf === null ? null : exclusion("alias", `moving it moves ${facts.aliasOf}: two addresses of one token`))
	);
}

function exclusion(code: TokenExclusion, sentence: string): Exclusion {
	return { code, sentence };
}

function contextual(found: Exclusion | null): Exclusion | null {
	if (found === null) return null;
	return exclusion(
		"depends_on_context",
		`at another time, for another account, builder or gas price it behaves differently: ${found.sentence} (${found.code})`,
	);
}

function fault(behaviour: TokenBehaviour, isPaused: boolean): Exclusion | null {
	const { moves } = behaviour;
	return (
		costly(behaviour) ??
		// What a route cannot do without comes first, then what explains why a larger or later transfer fails.
		immovable(moves, ["buy", "sell"], isPaused) ??
		dishonest(moves) ??
		inexact(moves) ??
		immovable(moves, ["send", "pull"], isPaused) ??
		limited(moves) ??
		overreaching(behaviour)
	);
}

function costly({ unfinished, moves, readingGas }: TokenBehaviour): Exclusion | null {
	if (unfinished > 0) {
		return exclusion("too_costly", `${unfinished} rehearsals did not end within the gas of a call, or left balances that cannot be read`);
	}
	if (readingGas > MOST_READING_GAS) return exclusion("too_costly", `reading a balance takes ${readingGas} gas`);
	const dearest = moves.toSorted((a, b) => b.gasUsed - a.gasUsed)[0];
	if (dearest === undefined || dearest.gasUsed <= MOST_MOVING_GAS) return null;
	return exclusion("too_costly", `a ${dearest.kind} takes ${dearest.gasUsed} gas`);
}

const IMMOVABLE = {
	buy: ["cannot_buy", "a holder cannot pay it to a fresh contract"],
	sell: ["cannot_sell", "who received it cannot pay it back to the holder it came from"],
	send: ["cannot_send", "who received it cannot pay it to a fresh account"],
	pull: ["cannot_pull", "an approved spender cannot take it by transferFrom"],
} as const satisfies Readonly<Record<TokenMove["kind"], readonly [TokenExclusion, string]>>;

function immovable(moves: readonly TokenMove[], kinds: readonly TokenMove["kind"][], isPaused: boolean): Exclusion | null {
	for (const kind of kinds) {
		for (const [holder, tried] of Map.groupBy(
			moves.filter((move) => move.kind === kind),
			(move) => move.holder,
		)) {
			if (!tried.every(isRefused)) continue;
			const [code, sentence] = IMMOVABLE[kind];
			if (isPaused) return exclusion("paused", `it is paused: ${sentence}`);
			return exclusion(code, `${sentence} (${holder}): ${endOf(tried[0])}`);
		}
	}
	return null;
}

function dishonest(moves: readonly TokenMove[]): Exclusion | null {
	const pretended = moves.find((move) => move.asked > ROUNDING && isSuccess(move.answer) && move.sent === 0n && move.received === 0n);
	if (pretended !== undefined) return exclusion("pretends", `a ${pretended.kind} of ${pretended.asked} reported success and moved nothing`);
	const denied = moves.find((move) => !isSuccess(move.answer) && move.answer !== "failure" && move.received !== 0n);
	if (denied === undefined) return null;
	return exclusion("returns_false", `a ${denied.kind} moved ${denied.received} and returned ${denied.answer}: a checking caller reverts`);
}

/** A whole balance or a single unit is not what routes move; anything between is. */
function limited(moves: readonly TokenMove[]): Exclusion | null {
	const refused = moves.find((move) => isRefused(move) && move.size !== "all" && move.size !== "unit");
	if (refused === undefined) return null;
	return exclusion(
		"transfer_limit",
		`a ${refused.kind} of ${refused.asked} (${refused.size} of the holder's balance) fails where less passes`,
	);
}

function isRefused(move: TokenMove): boolean {
	return move.answer === "failure" || (!isSuccess(move.answer) && move.received === 0n && move.sent === 0n);
}

function endOf(move: TokenMove | undefined): string {
	return move?.answer === "failure" ? "it reverts" : `it returns ${move?.answer}`;
}

function inexact(moves: readonly TokenMove[]): Exclusion | null {
	const off = moves
		.filter((move) => !isRefused(move))
		.map((move) => ({ move, by: deviation(move) }))
		.filter(({ by }) => by > 0n);
	const most = off.toSorted((a, b) => compare(b.by, a.by))[0];
	if (most === undefined) return null;
	if (most.by <= ROUNDING) {
		return exclusion(
			"inexact_transfer",
			`balances are off by up to ${most.by} base units after a transfer, as those kept as shares are: a pair's swap reverts`,
		);
	}
	const kinds = [...new Set(off.map(({ move }) => move.kind))].map((kind) => {
		const shares = off.filter(({ move }) => move.kind === kind).map(({ move, by }) => (by * PPM) / move.asked);
		return `${kind} ${shares.toSorted(compare).at(-1)}`;
	});
	const { kind, holder, asked, sent, received } = most.move;
	return exclusion(
		"transfer_fee",
		`transfers are not of the amount, in millionths: ${kinds.join(", ")}; a ${kind} of ${asked} with ${holder} cost ${sent} and delivered ${received}`,
	);
}

/** What the recipient lacks or has too much; where that is right, what the sender paid too much or too little. */
function deviation({ asked, sent, received }: TokenMove): bigint {
	const by = received === asked ? sent - asked : asked - received;
	return by < 0n ? -by : by;
}

function compare(a: bigint, b: bigint): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function overreaching(behaviour: TokenBehaviour): Exclusion | null {
	if (behaviour.drift !== 0n) {
		return exclusion("rebasing", `a transfer between others changed the holder's balance by ${behaviour.drift}`);
	}
	if (behaviour.unaskedCalls > 0) {
		return exclusion("calls_recipient", "it calls who sends or receives it, unasked: others' code runs in the middle of a route");
	}
	if (behaviour.pullsOthersFreely === true) return exclusion("unguarded", "anybody can take it from anybody without an allowance");
	const { selfTransfer } = behaviour;
	if (typeof selfTransfer === "bigint" && selfTransfer !== 0n) {
		return exclusion("self_transfer", `a transfer to oneself changes the balance by ${selfTransfer}`);
	}
	const overdrafts = [behaviour.overdraft, behaviour.maxTransfer];
	if (overdrafts.includes("moved_more")) return exclusion("overdraft", "more than the balance can be moved");
	if (behaviour.overdraft === "pretended" || behaviour.overdraft === "moved_balance") {
		return exclusion("pretends", "a transfer of one more than the balance reported success and did not move that much");
	}
	return null;
}

function rebasing(facts: TokenFacts, here: TokenBehaviour, elsewhere: TokenBehaviour): Exclusion | null {
	if (here.holderBalance !== elsewhere.holderBalance) {
		return exclusion(
			"rebasing",
			`the holder's balance is ${here.holderBalance} at this block and ${elsewhere.holderBalance} a day later without a transfer`,
		);
	}
	const signs = facts.features.filter(({ kind }) => kind === "rebase").map(({ signature }) => signature);
	if (signs.length > 0)
		return exclusion("rebasing", `it has the functions of a token whose balances change by themselves: ${signs.join(", ")}`);
	return null;
}
