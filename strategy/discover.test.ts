import { describe, expect, it } from "vitest";
import type { DiscoverFacts } from "../domain/lifecycle.ts";
import { candidate, discovered, recordOf } from "../tests/fixtures/lifecycle.ts";
import { decideDiscover } from "./discover.ts";

describe("discover", () => {
	it("goes on with a young candidate of allowed pools on the canonical block", () => {
		expect(decideDiscover(candidate, discovered.facts)).toEqual({ kind: "proceed" });
	});

	const cases: readonly (readonly [string, string, Partial<DiscoverFacts>])[] = [
		["a payload that is too large", "candidate_too_large", { candidateBytes: 70_000 }],
		["a set kill switch", "halted", { control: { mode: "devnet", paused: false, killSwitch: true } }],
		["a paused chain", "halted", { control: { mode: "devnet", paused: true, killSwitch: false } }],
		["a later watcher", "fenced", { fencingNumber: 8 }],
		["a block that was taken back", "block_not_canonical", { canonicalHash: `0x${"99".repeat(32)}` }],
		["a block that the chain does not have", "block_not_canonical", { canonicalHash: null }],
		["an old block", "block_too_old", { headNumber: 102 }],
		["a pool that is not allowed", "unknown_pool", { knownPools: discovered.facts.knownPools.slice(1) }],
		["a pool in quarantine", "pool_quarantined", { quarantinedPools: discovered.facts.knownPools.slice(0, 1) }],
		["a token that is not allowed", "unknown_token", { knownTokens: discovered.facts.knownTokens.slice(1) }],
	];
	it.each(cases)("rejects %s as %s", (_, code, facts) => {
		expect(decideDiscover(candidate, { ...discovered.facts, ...facts })).toMatchObject({
			kind: "reject",
			reason: { step: "discover", code },
		});
	});

	it("rejects states that are not those of its hops", () => {
		const mixed = { ...candidate, pools: [...candidate.pools].reverse() };
		expect(decideDiscover(mixed, discovered.facts)).toMatchObject({ reason: { code: "mixed_states" } });
	});

	it("resumes from a record whatever else has changed", () => {
		const facts = { ...discovered.facts, record: recordOf("w"), canonicalHash: null, fencingNumber: 99 };
		expect(decideDiscover(candidate, facts)).toEqual({ kind: "resume" });
	});
});
