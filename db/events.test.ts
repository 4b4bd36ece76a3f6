import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { inTransaction } from "./connection.ts";
import { appendEvents, eventsAfter, latestEventSeq, listenEvents, type NewEvent } from "./events.ts";

let fresh: FreshDatabase;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

function eventOf(workflowId: string): NewEvent {
	return { workflowId, chainId: 1, step: "price", status: "done", atMs: 1_700_000_000_123, detail: "block 1", netProfitWei: null };
}

function append(...workflowIds: readonly string[]): Promise<number> {
	return inTransaction(fresh.db, (tx) => appendEvents(tx, workflowIds.map(eventOf)));
}

/** Waits until `condition` holds. */
async function until(condition: () => boolean): Promise<void> {
	const limit = Date.now() + 20_000;
	while (!condition()) {
		if (Date.now() > limit) throw new Error("the condition never held");
		await new Promise((resolve) => setImmediate(resolve));
	}
}

describe("events", () => {
	it("come back as they were appended", async () => {
		const seq = await append("arb-as-it-was");
		expect(await eventsAfter(fresh.db, { seq: seq - 1, limit: 10 })).toEqual([{ ...eventOf("arb-as-it-was"), seq }]);
		expect(await latestEventSeq(fresh.db)).toBe(seq);
	});

	it("are numbered without gaps in the order of their commits, also when transactions fail in between", async () => {
		const start = await latestEventSeq(fresh.db);
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.record({ size: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }), { minLength: 8, maxLength: 25 }),
				async (batches) => {
					// A reader that resumes after the last number it saw, while writers are at work.
					let seen = await latestEventSeq(fresh.db);
					const before = seen;
					let isWriting = true;
					const reader = (async () => {
						const read: number[] = [];
						for (;;) {
							const last = !isWriting;
							for (const event of await eventsAfter(fresh.db, { seq: seen, limit: 7 })) {
								read.push(event.seq);
								seen = event.seq;
							}
							if (last && seen === (await latestEventSeq(fresh.db))) return read;
						}
					})();
					const results = await Promise.allSettled(
						batches.map(({ size, fails }, i) =>
							inTransaction(fresh.db, async (tx) => {
								await appendEvents(
									tx,
									Array.from({ length: size }, () => eventOf(`arb-${i}`)),
								);
								if (fails) throw new Error("rolled back");
							}),
						),
					);
					isWriting = false;
					const read = await reader;
					const committed = batches.filter((batch) => !batch.fails).reduce((sum, batch) => sum + batch.size, 0);
					expect(results.filter((result) => result.status === "rejected")).toHaveLength(batches.filter((batch) => batch.fails).length);
					expect(read).toEqual(Array.from({ length: committed }, (_, i) => before + 1 + i));
				},
			),
			{ numRuns: 8 },
		);
		const all = await eventsAfter(fresh.db, { seq: start, limit: 10_000 });
		expect(all.map((event) => event.seq)).toEqual(all.map((_, i) => start + 1 + i));
	});
});

describe("listening for events", () => {
	it("tells the latest number at once, then each commit's, and ends with its signal", async () => {
		const start = await append("arb-before");
		const heard: number[] = [];
		const stop = new AbortController();
		const listening = listenEvents(fresh.url, (seq) => heard.push(seq), stop.signal);
		await until(() => heard.length > 0);
		await append("arb-one", "arb-two");
		await append("arb-three");
		await until(() => heard.at(-1) === start + 3);
		expect(heard).toEqual([start, start + 2, start + 3]);
		stop.abort();
		await expect(listening).resolves.toBeUndefined();
	});

	it("opens a lost connection again and tells what was appended meanwhile", async () => {
		const heard: number[] = [];
		const stop = new AbortController();
		const listening = listenEvents(fresh.url, (seq) => heard.push(seq), stop.signal);
		await until(() => heard.length > 0);
		await fresh.db.pool.query(
			"select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like '%events'",
		);
		const seq = await append("arb-while-away");
		await until(() => heard.at(-1) === seq);
		stop.abort();
		await listening;
	});

	it("fails where the server cannot be reached at first", async () => {
		await expect(listenEvents("postgres://postgres@127.0.0.1:1/none", () => {}, new AbortController().signal)).rejects.toThrow();
	});
});
