import { describe, expect, it } from "vitest";
import { ArbError } from "../../domain/errors.ts";
import { CallSize } from "./call-size.ts";
import { inPieces } from "./pieces.ts";
import { RefusedError } from "./refusal.ts";

const tooLarge = new ArbError({ code: "timeout", message: "no answer in time", retryable: true });
const badRequest = new ArbError({
	code: "chain",
	message: "eth_call: bad",
	retryable: false,
	cause: { code: -32600, message: "Invalid request", data: undefined },
});

/** Which items were answered, by a node that answers `limit` items a call at most and refuses calls of more than `refusedAbove`. */
async function answered(of: {
	readonly count: number;
	readonly limit: number;
	readonly refusedAbove?: number;
	readonly by?: ArbError;
}): Promise<number[]> {
	const times = new Array<number>(of.count).fill(0);
	await inPieces({
		what: "a test",
		count: of.count,
		size: new CallSize({ first: 16, most: 64 }),
		worthACall: 1,
		async ask(from, to) {
			await Promise.resolve();
			if (to - from > (of.refusedAbove ?? Number.POSITIVE_INFINITY)) throw of.by ?? tooLarge;
			const done = Math.min(to - from, of.limit);
			for (let i = from; i < from + done; i++) times[i] = (times[i] ?? 0) + 1;
			return done;
		},
	});
	return times;
}

describe("inPieces", () => {
	it.each([
		{ count: 0, limit: 10 },
		{ count: 1, limit: 10 },
		{ count: 500, limit: 1_000 },
		{ count: 500, limit: 7 },
		{ count: 500, limit: 1 },
		{ count: 500, limit: 1_000, refusedAbove: 5 },
		{ count: 500, limit: 3, refusedAbove: 5 },
		{ count: 500, limit: 1, refusedAbove: 1 },
		{ count: 500, limit: 1_000, refusedAbove: 5, by: badRequest },
	])("has every item answered once: $count items, $limit a call, refused above $refusedAbove", async (of) => {
		expect(await answered(of)).toEqual(new Array(of.count).fill(1));
	});

	it("asks for more at once as calls are answered, until one round of calls has room for all", async () => {
		const size = new CallSize({ first: 10, most: 10_000 });
		const calls: number[] = [];
		for (let reading = 0; reading < 6; reading++) {
			let count = 0;
			await inPieces({
				...{ what: "a test", count: 1_000, size, worthACall: 1 },
				async ask(from, to) {
					count++;
					return to - from;
				},
			});
			calls.push(count);
		}
		expect(calls[0]).toBeGreaterThan(10);
		expect(calls.at(-1)).toBe(4);
	});

	it("gives up as refused where not even one item passes", async () => {
		await expect(answered({ count: 20, limit: 1, refusedAbove: 0 })).rejects.toBeInstanceOf(RefusedError);
		await expect(answered({ count: 20, limit: 1, refusedAbove: 0, by: badRequest })).rejects.toBeInstanceOf(RefusedError);
		await expect(answered({ count: 20, limit: 0 })).rejects.toBeInstanceOf(RefusedError);
	});

	it("ends with the first other error, after the calls that were under way, and asks no more", async () => {
		const broken = new ArbError({ code: "unavailable", message: "gone", retryable: true });
		let asked = 0;
		let isUnderWay = 0;
		const reading = inPieces({
			what: "a test",
			count: 1_000,
			size: new CallSize({ first: 1, most: 1 }),
			worthACall: 1,
			async ask() {
				asked++;
				isUnderWay++;
				await new Promise((resolve) => setImmediate(resolve));
				isUnderWay--;
				if (asked > 10) throw broken;
				return 1;
			},
		});
		await expect(reading).rejects.toBe(broken);
		expect(isUnderWay).toBe(0);
		expect(asked).toBeLessThan(20);
	});
});
