import "../setup/runtime.ts";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readHistoryFile, recordedSteps } from "../../cli/history.ts";
import { replay } from "../../cli/replay.ts";
import { OUTCOMES } from "../../domain/outcome.ts";
import { loadScorer, PROJECT_MODELS_DIR } from "../../models/registry.ts";
import { redecide } from "../../strategy/redecide.ts";

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".json"));

describe("recorded histories", () => {
	it("are there for every outcome", () => {
		const outcomes = files.map((file) => recordedSteps(readHistoryFile(join(import.meta.dirname, file))).distribute?.decision.outcome);
		expect(new Set(outcomes)).toEqual(new Set(OUTCOMES));
	});

	it.each(files)("%s gives the same commands and the same decisions under the current code", async (file) => {
		const recorded = readHistoryFile(join(import.meta.dirname, file));
		const steps = recordedSteps(recorded);
		const scorer = await loadScorer(PROJECT_MODELS_DIR);
		const report = await replay(recorded, { isHistoryOnly: false, scorer });
		expect(report.commandDifference).toBeNull();
		// Another ensemble than the recorded one scores otherwise, and is meant to.
		const isSameEnsemble =
			steps.score === null || steps.score.facts.ensemble === (scorer?.hash ?? null) || steps.score.facts.ensemble === null;
		expect((report.decisions ?? []).filter((difference) => difference.step !== "score" || isSameEnsemble)).toEqual([]);
	});

	it("show what differs when a command is another and when a fact has changed", async () => {
		const [file] = files.filter((name) => name.startsWith("settled"));
		if (file === undefined) throw new Error("no settled history");
		const recorded = readHistoryFile(join(import.meta.dirname, file));
		const renamed = (recorded.history.events ?? []).map((event) =>
			event.activityTaskScheduledEventAttributes
				? {
						...event,
						activityTaskScheduledEventAttributes: { ...event.activityTaskScheduledEventAttributes, activityType: { name: "settle" } },
					}
				: event,
		);
		const other = { ...recorded, history: { events: renamed } };
		expect((await replay(other, { isHistoryOnly: true, scorer: null })).commandDifference).toContain("settle");

		const steps = recordedSteps(recorded);
		if (steps.price === null) throw new Error("the settled history has no price step");
		const facts = { ...steps.price.facts, headNumber: steps.price.facts.headNumber + 1_000 };
		const differences = await redecide({ ...steps, price: { ...steps.price, facts } }, null);
		expect(differences[0]).toMatchObject({ step: "price", path: "kind", recorded: "proceed", today: "reject" });
	});
});
