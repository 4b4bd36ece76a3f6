import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readControl } from "../../db/control.ts";
import { CHAIN } from "../../db/testing/lifecycles.ts";
import type { ErrorBody } from "../errors.ts";
import { type RunningApi, startApi } from "../testing/api.ts";
import { prepareChain } from "../testing/lifecycles.ts";
import type { Chains, ControlState } from "./schema.ts";

let api: RunningApi;

beforeAll(async () => {
	api = await startApi();
});
afterAll(() => api.close());

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
	return api.ask(path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
}

const killSwitch = `/api/chains/${CHAIN}/kill-switch`;

describe("chains", () => {
	it("have no control row before the set-up worker ran, and one after", async () => {
		const before = (await (await api.ask("/api/chains")).json()) as Chains;
		expect(before.chains[0]).toMatchObject({ chainId: CHAIN, name: "devnet", nativeSymbol: "ETH", control: null });
		expect((await post(killSwitch, { engaged: true })).status).toBe(404);
		await prepareChain(api.fresh.db);
		const after = (await (await api.ask("/api/chains")).json()) as Chains;
		expect(after.chains[0]?.control).toMatchObject({ mode: "devnet", paused: false, killSwitch: false });
	});

	it("are stopped and released by the kill switch, and paused and resumed", async () => {
		const state = async (path: string, body: unknown) => (await (await post(path, body)).json()) as ControlState;
		expect((await state(killSwitch, { engaged: true })).killSwitch).toBe(true);
		expect((await readControl(api.fresh.db, CHAIN)).killSwitch).toBe(true);
		expect((await state(killSwitch, { engaged: false })).killSwitch).toBe(false);
		expect((await state(`/api/chains/${CHAIN}/pause`, { paused: true })).paused).toBe(true);
		expect((await state(`/api/chains/${CHAIN}/pause`, { paused: false })).paused).toBe(false);
	});

	it.each([
		[killSwitch, {}, "json.engaged"],
		[killSwitch, { engaged: "yes" }, "json.engaged"],
		[`/api/chains/${CHAIN}/pause`, { paused: 1 }, "json.paused"],
		["/api/chains/devnet/pause", { paused: true }, "param.chainId"],
	])("refuse %s with %j by naming %s", async (path, body, field) => {
		const response = await post(path, body);
		expect(response.status).toBe(400);
		expect(((await response.json()) as ErrorBody).error.fields?.map((refused) => refused.field)).toEqual([field]);
	});

	it("refuse a body that is no JSON", async () => {
		const response = await api.ask(killSwitch, { method: "POST", headers: { "content-type": "application/json" }, body: "{" });
		expect(response.status).toBe(400);
		expect(((await response.json()) as ErrorBody).error.message).toContain("body");
	});

	it.each([
		["another site's page", { origin: "http://evil.test" }, 403],
		["another port's page", { origin: "http://127.0.0.1:1" }, 403],
		["a page that the browser calls cross-site", { "sec-fetch-site": "cross-site" }, 403],
		["a plain form", { "content-type": "text/plain" }, 415],
	])("refuse changes from %s", async (_, headers, status) => {
		const response = await post(killSwitch, { engaged: true }, headers);
		expect(response.status).toBe(status);
		expect((await readControl(api.fresh.db, CHAIN)).killSwitch).toBe(false);
	});

	it("accept changes from the dashboard's own origin", async () => {
		const response = await post(killSwitch, { engaged: false }, { origin: api.server.url, "sec-fetch-site": "same-origin" });
		expect(response.status).toBe(200);
	});
});
