import { describe, expect, it } from "vitest";
import type { PriceFacts } from "../../domain/lifecycle.ts";
import { candidate, priced } from "../../tests/fixtures/lifecycle.ts";
import { presentSteps } from "./steps.ts";

/** The lines of the price step of a lifecycle with these facts. */
function priceLines(facts: Partial<PriceFacts>): ReadonlyMap<string, string> {
	const price = { ...priced, facts: { ...priced.facts, ...facts } };
	const steps = { discover: null, price, detect: null, score: null, plan: null, submit: null, confirm: null, distribute: null };
	const step = presentSteps({
		...{ chain: null, startToken: candidate.startToken, blockNumber: 100, blockHash: candidate.block.hash },
		...{ outcome: null, reason: null, steps, events: [{ step: "price", status: "done", atMs: 1, detail: "" }] },
	}).find((each) => each.step === "price");
	return new Map(step?.items.map(({ label, value }) => [label, value]));
}

describe("the price step", () => {
	it("tells of more than pools only where there is more", () => {
		expect([...priceLines({}).keys()]).toEqual(["next base fee", "priority fee", "USD per native coin", "prices known", "age"]);
	});

	it("tells the fee for posted data, the sequencer's state, and why prices were refused", () => {
		const lines = priceLines({
			l1DataFeeWei: "1500000000",
			sequencer: { status: "up", forSeconds: 77 },
			refusedPrices: [{ token: "0xaa", quote: "usd", code: "sources_disagree", message: "contradicted", compared: [] }],
		});
		expect(lines.get("fee for posted data")).toBe("1.5 gwei");
		expect(lines.get("sequencer")).toBe("up for 77 s");
		expect([...lines].find(([label]) => label.startsWith("refused: "))?.[1]).toBe("contradicted");
		expect(priceLines({ sequencer: { status: "down", message: "down for 9 s" } }).get("sequencer")).toBe("down for 9 s");
	});
});
