import { type Candidate, MAX_CANDIDATE_BYTES } from "../domain/candidate.ts";
import type { DiscoverDecision, DiscoverFacts } from "../domain/lifecycle.ts";
import { reject } from "./rejection.ts";

/**
 * Is the candidate still about the chain as it is, made of what the registry allows, and ours to act on?
 * A record of an earlier claim by this lifecycle outranks every other fact: money may already be on its way.
 */
export function decideDiscover(candidate: Candidate, facts: DiscoverFacts): DiscoverDecision {
	if (facts.record !== null) return { kind: "resume" };
	if (facts.candidateBytes > MAX_CANDIDATE_BYTES) {
		return reject(
			"discover",
			"candidate_too_large",
			`candidate is ${facts.candidateBytes} bytes; a payload carries at most ${MAX_CANDIDATE_BYTES}`,
		);
	}
	if (facts.control.killSwitch) return reject("discover", "halted", "the kill switch is set");
	if (facts.control.paused) return reject("discover", "halted", "the chain is paused");
	if (facts.fencingNumber !== candidate.fencingNumber) {
		return reject(
			"discover",
			"fenced",
			`found under fencing number ${candidate.fencingNumber}; the current watcher holds ${facts.fencingNumber}`,
		);
	}
	if (facts.canonicalHash !== candidate.block.hash) {
		return reject(
			"discover",
			"block_not_canonical",
			`block ${candidate.block.number} is ${facts.canonicalHash ?? "absent"} on the chain, ${candidate.block.hash} in the candidate`,
		);
	}
	const age = facts.headNumber - candidate.block.number;
	if (age > facts.maxBlockAge) {
		return reject(
			"discover",
			"block_too_old",
			`found on block ${candidate.block.number}, ${age} behind the head; at most ${facts.maxBlockAge} is allowed`,
		);
	}
	const [quarantined] = facts.quarantinedPools ?? [];
	if (quarantined !== undefined) {
		return reject("discover", "pool_quarantined", `pool ${quarantined} is in quarantine: its kept state differed from the chain's`);
	}
	for (const hop of candidate.route) {
		if (!facts.knownPools.includes(hop.pool))
			return reject("discover", "unknown_pool", `pool ${hop.pool} is not an allowed pool of the registry`);
		for (const token of [hop.tokenIn, hop.tokenOut]) {
			if (!facts.knownTokens.includes(token))
				return reject("discover", "unknown_token", `token ${token} is not an allowed token of the registry`);
		}
	}
	const mismatched = candidate.route.find((hop, i) => candidate.pools[i]?.address !== hop.pool);
	if (mismatched !== undefined || candidate.pools.length !== candidate.route.length) {
		return reject(
			"discover",
			"mixed_states",
			`the candidate's ${candidate.pools.length} pool states are not those of its ${candidate.route.length} hops`,
		);
	}
	return { kind: "proceed" };
}
