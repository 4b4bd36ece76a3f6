import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { currentFencingNumber, takeFencingNumber } from "./watchers.ts";

let fresh: FreshDatabase;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

describe("fencing numbers", () => {
	it("start after 0 and rise by one with each later attempt, chain by chain", async () => {
		expect(await currentFencingNumber(fresh.db, 1)).toBe(0);
		expect(await takeFencingNumber(fresh.db, { chainId: 1, holder: "a", scheduledAtMs: 100 })).toBe(1);
		expect(await takeFencingNumber(fresh.db, { chainId: 1, holder: "b", scheduledAtMs: 200 })).toBe(2);
		expect(await currentFencingNumber(fresh.db, 1)).toBe(2);
		expect(await currentFencingNumber(fresh.db, 2)).toBe(0);
	});

	it("are not given to an attempt that was scheduled before the one that watches", async () => {
		await takeFencingNumber(fresh.db, { chainId: 3, holder: "successor", scheduledAtMs: 200 });
		for (const scheduledAtMs of [100, 200]) {
			await expect(takeFencingNumber(fresh.db, { chainId: 3, holder: "sleeper", scheduledAtMs })).rejects.toMatchObject({ code: "fenced" });
		}
		expect(await currentFencingNumber(fresh.db, 3)).toBe(1);
	});

	it("are given once each when many attempts ask at the same time, and the latest of them holds the last", async () => {
		const asked = Array.from({ length: 10 }, (_, i) => takeFencingNumber(fresh.db, { chainId: 4, holder: `w${i}`, scheduledAtMs: i + 1 }));
		const taken = (await Promise.allSettled(asked)).flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
		expect(new Set(taken).size).toBe(taken.length);
		expect(await currentFencingNumber(fresh.db, 4)).toBe(Math.max(...taken));
		await expect(takeFencingNumber(fresh.db, { chainId: 4, holder: "late", scheduledAtMs: 10 })).rejects.toMatchObject({ code: "fenced" });
	});
});
