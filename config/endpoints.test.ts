import { describe, expect, it } from "vitest";
import { rpcSchema } from "./endpoints.ts";

const one = { http: "https://node.example/key" };

describe("rpc settings", () => {
	it("take endpoints with their budgets, and fill in the lag", () => {
		const rich = { ...one, ws: "wss://node.example/key", callsPerSecond: 25, callsPerDay: 100_000, callsPerSecondOf: { eth_getLogs: 5 } };
		expect(rpcSchema.parse({ endpoints: [rich] })).toEqual({ endpoints: [rich], maxLagBlocks: 3 });
	});

	for (const [name, settings, path] of [
		["no endpoint", { endpoints: [] }, "endpoints"],
		["an HTTP address where a WebSocket belongs", { endpoints: [{ ...one, ws: one.http }] }, "endpoints.0.ws"],
		["a budget of nothing", { endpoints: [{ ...one, callsPerSecond: 0 }] }, "endpoints.0.callsPerSecond"],
		["an agreement of two with one endpoint", { endpoints: [one], agreement: 2 }, "agreement"],
		["logs by agreement with one endpoint", { endpoints: [one], logs: "agreement" }, "logs"],
		["logs by agreement where none is demanded", { endpoints: [one, one], agreement: 1, logs: "agreement" }, "logs"],
		[
			"a budget that is no number",
			{ endpoints: [{ ...one, callsPerSecondOf: { eth_getLogs: "5" } }] },
			"endpoints.0.callsPerSecondOf.eth_getLogs",
		],
	] as const) {
		it(`refuse ${name} and name the field`, () => {
			const parsed = rpcSchema.safeParse(settings);
			expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toContain(path);
		});
	}
});
