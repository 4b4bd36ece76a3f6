import type { BlockPoint, DiscoveryCursor } from "../../domain/discovery.ts";
import type { ChainClient } from "../chain-client.ts";

/** Points kept: the more blocks a reorg takes, the rarer it is, so they lie the farther apart the older they are. */
const MOST_POINTS = 12;

/** The points with one more; those at or above it are no longer true and go. */
export function withPoint(points: readonly BlockPoint[], point: BlockPoint): readonly BlockPoint[] {
	const kept = [...points.filter(({ number }) => number < point.number), point];
	if (kept.length <= MOST_POINTS) return kept;
	// The one that leaves the smallest gap for its age goes; first and last stay.
	let least = Number.POSITIVE_INFINITY;
	let drop = 1;
	for (let i = 1; i < kept.length - 1; i++) {
		const gap = (kept[i + 1]?.number ?? 0) - (kept[i - 1]?.number ?? 0);
		const age = point.number - (kept[i]?.number ?? 0);
		if (gap / age >= least) continue;
		least = gap / age;
		drop = i;
	}
	return kept.filter((_, i) => i !== drop);
}

/** The cursors with the points alone that are on the canonical chain; `rewound` are those of them that lost some. */
export async function canonicalCursors(
	client: Pick<ChainClient, "block">,
	cursors: readonly DiscoveryCursor[],
): Promise<{ readonly cursors: readonly DiscoveryCursor[]; readonly rewound: readonly DiscoveryCursor[] }> {
	// Dexes that are read together share their points: each is asked for once.
	const asked = new Map<number, Promise<string | null>>();
	const hashAt = (number: number): Promise<string | null> => {
		const hash = asked.get(number) ?? client.block(number).then((block) => block?.hash ?? null);
		asked.set(number, hash);
		return hash;
	};
	const rewound: DiscoveryCursor[] = [];
	const checked = await Promise.all(
		cursors.map(async (cursor) => {
			let count = cursor.points.length;
			for (let point = cursor.points[count - 1]; point !== undefined; point = cursor.points[--count - 1]) {
				if ((await hashAt(point.number)) === point.hash) break;
			}
			if (count === cursor.points.length) return cursor;
			const shorter = { ...cursor, points: cursor.points.slice(0, count) };
			rewound.push(shorter);
			return shorter;
		}),
	);
	return { cursors: checked, rewound };
}
