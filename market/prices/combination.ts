import { type ComparedSource, PRICE_SOURCE_KINDS, type RefusalCode } from "../../domain/price.ts";
import type { Observation, Reading, Refusal } from "./observation.ts";
import { distancePpm } from "./ratio.ts";

/** A price that several sources were asked for, with those that were compared; or why there is none. */
export type Combined =
	| { readonly kind: "price"; readonly observation: Observation; readonly compared: readonly ComparedSource[] }
	| { readonly kind: "refused"; readonly code: RefusalCode; readonly message: string; readonly compared: readonly ComparedSource[] };

/**
 * One price out of what the sources say, all in the same unit. The rule:
 *
 * 1. A feed goes before a mean over time, that before a pool's depth. The first that can be used gives the price, and its age is the price's age.
 * 2. Every other one that can be used is held against it. Further from it than `maxDisagreementPpm` plus what the two may be off by themselves: the
 *    price is refused, for it cannot be told here which of them is wrong.
 * 3. Where a feed is configured and must not be used, what it was configured for is not there: then it takes both others, in agreement. A pool's price of
 *    one moment alone, which a flash loan can move, is enough only for a token that has no feed.
 * 4. Without any source there is no price. Nothing is ever taken from an earlier block.
 */
export function combinePrice(of: { readonly readings: readonly Reading[]; readonly maxDisagreementPpm: number }): Combined {
	const observations = of.readings.flatMap((reading) => ("observation" in reading ? [reading.observation] : [])).sort(byTrust);
	const refusals = of.readings.flatMap((reading) => ("refusal" in reading ? [reading.refusal] : []));
	const [best, ...others] = observations;
	if (best === undefined) return withoutSource(refusals);
	const compared = others.map((other) => compare(best, other, of.maxDisagreementPpm));
	const disagreeing = compared.filter((source) => source.disagrees);
	if (disagreeing.length > 0) {
		const list = disagreeing.map((source) => `${source.kind} ${source.source} by ${source.distancePpm} ppm`).join(", ");
		const message = `${best.kind} ${best.source} is contradicted by ${list}; ${of.maxDisagreementPpm} ppm and the sources' own tolerances are allowed`;
		return { kind: "refused", code: "sources_disagree", message, compared };
	}
	const lostFeed = refusals.find((refusal) => refusal.kind === "feed");
	const kinds = new Set(observations.map((observation) => observation.kind));
	if (lostFeed !== undefined && !kinds.has("feed") && kinds.size < 2) {
		const message = `${lostFeed.message}; ${best.kind} ${best.source} alone does not replace it`;
		return { kind: "refused", code: lostFeed.code, message, compared };
	}
	return { kind: "price", observation: best, compared };
}

function withoutSource(refusals: readonly Refusal[]): Combined {
	const [first] = [...refusals].sort(byTrust);
	const message =
		refusals.length === 0 ? "no source of a price is configured or deep enough" : refusals.map(({ message }) => message).join("; ");
	return { kind: "refused", code: first?.code ?? "source_missing", message, compared: [] };
}

function compare(best: Observation, other: Observation, maxDisagreementPpm: number): ComparedSource {
	const distance = distancePpm({ from: best.price, other: other.price });
	const allowed = BigInt(maxDisagreementPpm + best.tolerancePpm + other.tolerancePpm);
	return { kind: other.kind, source: other.source, distancePpm: Number(distance), disagrees: distance > allowed };
}

function byTrust(a: Pick<Observation, "kind">, b: Pick<Observation, "kind">): number {
	return PRICE_SOURCE_KINDS.indexOf(a.kind) - PRICE_SOURCE_KINDS.indexOf(b.kind);
}
