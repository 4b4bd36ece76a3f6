import type { OverdraftAnswer, TokenAnswer, TokenBehaviour, TokenMove } from "../../domain/token-facts.ts";
import type { Rehearsal, RehearsalName } from "./rehearsals.ts";
import type { Outcome, Performance } from "./report.ts";

/** Where a rehearsal's accounts are in what was seen. */
const HOLDER = 0;
const TRADER = 1;
const OTHER = 2;

/** Does a caller that checks what was returned, as OpenZeppelin's `SafeERC20` does, take it for success? */
export function isSuccess(answer: TokenAnswer): boolean {
	return answer === "true" || answer === "nothing";
}

/** What the performances of {@link rehearsalsOf}, in the same order, say about a token. */
export function behaviourOf(rehearsals: readonly Rehearsal[], performances: readonly (Performance | null)[]): TokenBehaviour {
	const performed = new Map<RehearsalName, Performance>();
	for (const [i, { name }] of rehearsals.entries()) {
		const performance = performances[i];
		if (performance != null && isReadable(performance)) performed.set(name, performance);
	}
	const outcome = (name: RehearsalName, step: number): Outcome | null => performed.get(name)?.outcomes[step] ?? null;
	/** The step after the buy, where that brought the trader something. */
	const afterBuy = (name: RehearsalName): { readonly outcome: Outcome; readonly before: readonly bigint[] } | null => {
		const [bought, next] = performed.get(name)?.outcomes ?? [];
		if (bought === undefined || next === undefined || (bought.seen.balances[TRADER] ?? 0n) === 0n) return null;
		return { outcome: next, before: bought.seen.balances };
	};
	const succeeds = (name: RehearsalName, step = 0): boolean => {
		const found = outcome(name, step);
		return found !== null && isSuccess(answerOf(found));
	};
	const ownPull = afterBuy("pulling one's own");
	const othersPull = afterBuy("pulling another's");
	const toSelf = afterBuy("moving to oneself");
	const toNobody = afterBuy("moving to the zero address");
	const approved = outcome("pulling by allowance", 1);
	const trip = performed.get("round trip: third");
	return {
		unfinished: rehearsals.length - performed.size,
		holderBalance: trip?.start.balances[HOLDER] ?? null,
		readingGas: Math.max(0, ...[...performed.values()].flatMap(({ outcomes }) => outcomes.map(({ seen }) => seen.gasUsed))),
		moves: rehearsals.flatMap((rehearsal) => movesOf(rehearsal, performed.get(rehearsal.name))),
		drift: driftOf(performed.get("sending on")),
		unaskedCalls: callsIn(performed, (name) => name !== "receiving as a registered recipient"),
		registeredCalls: callsIn(performed, (name) => name === "receiving as a registered recipient"),
		movesNativeCoin: trip !== undefined && trip.outcomes[0]?.seen.coin !== trip.start.coin,
		approval: {
			answer: approved === null ? "failure" : answerOf(approved),
			allowance: approved?.seen.allowance ?? 0n,
			canChange: succeeds("changing an approval", 1),
			takesZeroValue: succeeds("approving zero"),
			takesZeroAddress: succeeds("approving the zero address"),
			takesLarge: succeeds("approving much"),
		},
		takesZeroTransfer: succeeds("moving zero"),
		selfTransfer: toSelf && (isSuccess(answerOf(toSelf.outcome)) ? change(toSelf.before, toSelf.outcome.seen.balances, TRADER) : "refused"),
		takesZeroAddress: toNobody === null ? null : isSuccess(answerOf(toNobody.outcome)),
		overdraft: overdraftAnswer(afterBuy("moving too much")),
		maxTransfer: overdraftAnswer(afterBuy("moving the maximum")),
		pullsOwnFreely: ownPull === null ? null : change(ownPull.before, ownPull.outcome.seen.balances, OTHER) > 0n,
		pullsOthersFreely: othersPull === null ? null : change(othersPull.before, othersPull.outcome.seen.balances, OTHER) > 0n,
	};
}

function isReadable({ start, outcomes }: Performance): boolean {
	return start.isReadable && outcomes.every((outcome) => outcome.seen.isReadable);
}

function answerOf({ succeeded, returnSize, answer }: Outcome): TokenAnswer {
	if (!succeeded) return "failure";
	if (returnSize === 0n) return "nothing";
	if (returnSize >= 32n && answer === 1n) return "true";
	return returnSize >= 32n && answer === 0n ? "false" : "other";
}

function movesOf(rehearsal: Rehearsal, performance: Performance | undefined): readonly TokenMove[] {
	if (performance === undefined) return [];
	const { accounts } = rehearsal;
	return rehearsal.steps.flatMap(({ move }, i) => {
		const outcome = performance.outcomes[i];
		// Nothing is asked where nothing arrived before: the move before this one tells.
		if (move === undefined || outcome === undefined || outcome.amount === 0n) return [];
		const before = (performance.outcomes[i - 1]?.seen ?? performance.start).balances;
		const after = outcome.seen.balances;
		return [
			{
				kind: move.kind,
				size: move.size,
				holder: move.holder,
				asked: outcome.amount,
				answer: answerOf(outcome),
				sent: -change(before, after, accounts.indexOf(move.from)),
				received: change(before, after, accounts.indexOf(move.to)),
				gasUsed: outcome.gasUsed,
			},
		];
	});
}

function change(before: readonly bigint[], after: readonly bigint[], account: number): bigint {
	return (after[account] ?? 0n) - (before[account] ?? 0n);
}

/** The holder takes no part in what comes after the buy. */
function driftOf(performance: Performance | undefined): bigint {
	const bought = performance?.outcomes[0];
	const last = performance?.outcomes.at(-1);
	return bought === undefined || last === undefined ? 0n : change(bought.seen.balances, last.seen.balances, HOLDER);
}

function callsIn(performed: ReadonlyMap<RehearsalName, Performance>, isMeant: (name: RehearsalName) => boolean): number {
	const counts = [...performed].filter(([name]) => isMeant(name)).flatMap(([, { outcomes }]) => outcomes.map(({ calls }) => calls));
	return Math.max(0, ...counts);
}

function overdraftAnswer(asked: { readonly outcome: Outcome; readonly before: readonly bigint[] } | null): OverdraftAnswer | null {
	if (asked === null) return null;
	const answer = answerOf(asked.outcome);
	const arrived = change(asked.before, asked.outcome.seen.balances, OTHER);
	if (arrived > (asked.before[TRADER] ?? 0n)) return "moved_more";
	if (arrived > 0n) return "moved_balance";
	if (answer === "failure") return "refused";
	return answer === "false" ? "false" : "pretended";
}
