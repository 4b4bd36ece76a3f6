import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { BlockPoint, DiscoveryCursor } from "../../domain/discovery.ts";
import { seededRandom } from "../testing/activity.ts";
import { canonicalCursors, withPoint } from "./cursor.ts";

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));

function pointAt(number: number, branch = "a"): BlockPoint {
	return { number, hash: `0x${branch}${number}` };
}

function cursorOf(points: readonly BlockPoint[], source = "v2"): DiscoveryCursor {
	return { source, way: "events", question: "q", points, listed: 0 };
}

describe("the points of a cursor", () => {
	it(`stay few, in order, with the newest and one for every depth within a factor of four (seed ${seed})`, () => {
		const random = seededRandom(seed);
		let points: readonly BlockPoint[] = [];
		let head = 0;
		for (let i = 0; i < 2_000; i++) {
			head += 1 + Math.floor(random() * 3);
			points = withPoint(points, pointAt(head));
		}
		expect(points.length).toBeLessThanOrEqual(12);
		expect(points.at(-1)).toEqual(pointAt(head));
		expect(points.map(({ number }) => number)).toEqual(points.map(({ number }) => number).toSorted((a, b) => a - b));
		for (const depth of [8, 32, 128, 512]) {
			const before = points.filter(({ number }) => number <= head - depth).at(-1)?.number ?? 0;
			expect(head - before, `a reorg of ${depth} blocks`).toBeLessThanOrEqual(depth * 4);
		}
	});

	it("go where another block takes their place", () => {
		const points = [1, 5, 9].map((number) => pointAt(number));
		expect(withPoint(points, pointAt(7, "b"))).toEqual([pointAt(1), pointAt(5), pointAt(7, "b")]);
		expect(withPoint(points, pointAt(9, "b"))).toEqual([pointAt(1), pointAt(5), pointAt(9, "b")]);
	});
});

describe("cursors after a reorg", () => {
	it("go back to the last point that the chain still has, and each block is asked for once", async () => {
		const asked: (number | string)[] = [];
		const client = {
			block: async (number: number | string) => {
				asked.push(number);
				// From block 6 on the chain is another one; it has no block 9 yet.
				if (Number(number) > 8) return null;
				return {
					number: Number(number),
					hash: pointAt(Number(number), Number(number) < 6 ? "a" : "b").hash,
					parentHash: "",
					timestamp: 0,
					baseFeePerGas: 0n,
				};
			},
		} as unknown as Parameters<typeof canonicalCursors>[0];
		const touched = cursorOf([1, 5, 7, 9].map((number) => pointAt(number)));
		const untouched = cursorOf([pointAt(5)], "v3");
		const lost = cursorOf([pointAt(7)], "old");
		const { cursors, rewound } = await canonicalCursors(client, [touched, untouched, lost]);
		expect(cursors.map(({ points }) => points)).toEqual([[pointAt(1), pointAt(5)], [pointAt(5)], []]);
		expect(rewound.map(({ source }) => source).sort()).toEqual(["old", "v2"]);
		expect(asked.toSorted()).toEqual([5, 7, 9]);
	});
});
