import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refresh } from "./refresh.ts";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

describe("Refresh", () => {
	it("reads at once, then once more for all that was asked meanwhile", async () => {
		let reads = 0;
		const refresh = new Refresh(async () => {
			reads += 1;
		}, 500);
		for (let i = 0; i < 20; i++) refresh.ask();
		await vi.advanceTimersByTimeAsync(400);
		expect(reads).toBe(1);
		await vi.advanceTimersByTimeAsync(5_000);
		expect(reads).toBe(2);
	});

	it("tries again after a failure", async () => {
		let reads = 0;
		const refresh = new Refresh(async () => {
			reads += 1;
			if (reads === 1) throw new Error("down");
		}, 500);
		refresh.ask();
		await vi.advanceTimersByTimeAsync(10_000);
		expect(reads).toBe(2);
	});

	it("reads nothing after it was stopped", async () => {
		let reads = 0;
		const refresh = new Refresh(async () => {
			reads += 1;
		}, 500);
		refresh.stop();
		refresh.ask();
		await vi.advanceTimersByTimeAsync(5_000);
		expect(reads).toBe(0);
	});
});
