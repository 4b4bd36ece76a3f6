import { describe, expect, it } from "vitest";
import { CallSize } from "./call-size.ts";

describe("CallSize", () => {
	it("doubles with each full call up to the most", () => {
		const size = new CallSize({ first: 10, most: 50 });
		const sizes = Array.from({ length: 4 }, () => {
			size.answered({ asked: size.items, done: size.items });
			return size.items;
		});
		expect(sizes).toEqual([20, 40, 50, 50]);
	});

	it("does not grow by calls that asked for half of what it allows or less", () => {
		const size = new CallSize({ first: 10, most: 50 });
		size.answered({ asked: 5, done: 5 });
		expect(size.items).toBe(10);
		size.answered({ asked: 6, done: 6 });
		expect(size.items).toBe(20);
	});

	it("falls to what a call got done before its gas ran out, and tries a little more next time", () => {
		const size = new CallSize({ first: 100, most: 1_000 });
		size.answered({ asked: 100, done: 64 });
		expect(size.items).toBe(64);
		size.answered({ asked: 64, done: 64 });
		expect(size.items).toBe(72);
		size.answered({ asked: 72, done: 70 });
		expect(size.items).toBe(70);
	});

	it("halves after a call that was too large and then nears that size in eighths, never reaching it", () => {
		const size = new CallSize({ first: 64, most: 1_000 });
		size.tooLarge(64);
		expect(size.items).toBe(32);
		const sizes = Array.from({ length: 8 }, () => {
			size.answered({ asked: size.items, done: size.items });
			return size.items;
		});
		expect(sizes).toEqual([36, 41, 47, 53, 60, 60, 60, 60]);
	});

	it("tries a size again that was too large long ago", () => {
		const size = new CallSize({ first: 64, most: 1_000 });
		size.tooLarge(64);
		for (let i = 0; i < 24; i++) size.answered({ asked: size.items, done: size.items });
		expect(size.items).toBeGreaterThan(64);
	});

	it("never falls below one", () => {
		const size = new CallSize({ first: 1, most: 10 });
		size.tooLarge(1);
		expect(size.items).toBe(1);
	});
});
