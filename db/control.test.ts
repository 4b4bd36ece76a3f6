import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { engageKillSwitch, ensureControl, readControl, releaseKillSwitch, setLimits, setPaused } from "./control.ts";
import { LIMITS } from "./testing/lifecycles.ts";

let fresh: FreshDatabase;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

describe("a chain's control row", () => {
	it("keeps what operators set when the process starts again, and follows the configured mode", async () => {
		await ensureControl(fresh.db, { chainId: 1, mode: "paper", limits: LIMITS });
		expect(await readControl(fresh.db, 1)).toEqual({ mode: "paper", paused: false, killSwitch: false, limits: LIMITS });
		const limits = { ...LIMITS, maxSubmissionsPerMinute: 1 };
		await setPaused(fresh.db, { chainId: 1, paused: true });
		await setLimits(fresh.db, { chainId: 1, limits });
		await ensureControl(fresh.db, { chainId: 1, mode: "live", limits: LIMITS });
		expect(await readControl(fresh.db, 1)).toEqual({ mode: "live", paused: true, killSwitch: false, limits });
	});

	it("of every chain is stopped by one kill switch, and let go by one release", async () => {
		await ensureControl(fresh.db, { chainId: 2, mode: "devnet", limits: LIMITS });
		const stopped = await engageKillSwitch(fresh.db, "all");
		expect(stopped).toEqual(expect.arrayContaining([2]));
		for (const chainId of stopped) expect((await readControl(fresh.db, chainId)).killSwitch).toBe(true);
		await releaseKillSwitch(fresh.db, "all");
		for (const chainId of stopped) expect((await readControl(fresh.db, chainId)).killSwitch).toBe(false);
	});

	it("that does not exist is named", async () => {
		await expect(readControl(fresh.db, 99)).rejects.toMatchObject({ code: "not_found", message: expect.stringContaining("chain 99") });
		await expect(setPaused(fresh.db, { chainId: 99, paused: true })).rejects.toMatchObject({ code: "not_found" });
	});
});
