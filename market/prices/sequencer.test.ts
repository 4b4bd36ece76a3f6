import { describe, expect, it } from "vitest";
import { judgeSequencer } from "./sequencer.ts";

const FEED = { address: `0x${"5e".repeat(20)}`, graceSeconds: 3_600 };
const BLOCK = { number: 1, hash: "0x00", timestamp: 1_000_000 };

describe("an uptime feed", () => {
	it.each([
		["up for longer than the grace period", 0n, 1_000_000n - 3_601n, "up"],
		["back for just the grace period", 0n, 1_000_000n - 3_600n, "recovering"],
		["back for a second", 0n, 999_999n, "recovering"],
		["down", 1n, 999_000n, "down"],
		["down for long", 1n, 1n, "down"],
		["without a round", 0n, 0n, "unknown"],
		["with an answer that means nothing", 2n, 1n, "unknown"],
	] as const)("that says %s", (_, answer, startedAt, status) => {
		expect(judgeSequencer({ feed: FEED, answer, startedAt, block: BLOCK })).toMatchObject({ status });
	});
});
