import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { inTransaction } from "../../db/connection.ts";
import { appendEvents, latestEventSeq } from "../../db/events.ts";
import { CHAIN } from "../../db/testing/lifecycles.ts";
import { type RunningApi, startApi } from "../testing/api.ts";
import { STREAM_CLOSE, streamMessageSchema } from "./messages.ts";

let api: RunningApi;
const sockets: WebSocket[] = [];

beforeAll(async () => {
	api = await startApi();
});
afterEach(() => {
	for (const socket of sockets.splice(0)) socket.terminate();
});
afterAll(() => api.close());

/** A client of the stream that keeps the sequence numbers of what it receives. */
function connect(after: number | null, headers: Record<string, string> = {}) {
	const socket = new WebSocket(`${api.server.url.replace("http", "ws")}/api/stream${after === null ? "" : `?after=${after}`}`, { headers });
	sockets.push(socket);
	const steps: number[] = [];
	const pings: number[] = [];
	const errors: string[] = [];
	// Also what ws says of a connection that is terminated before it is open, as these tests do.
	socket.on("error", (error) => errors.push(error.message));
	socket.on("message", (data) => {
		const message = streamMessageSchema.parse(JSON.parse(data.toString()));
		(message.type === "step" ? steps : pings).push(message.seq);
	});
	return { socket, steps, pings, errors };
}

async function until(isTrue: () => boolean, what: string): Promise<void> {
	const deadline = performance.now() + 30_000;
	while (!isTrue()) {
		if (performance.now() > deadline) throw new Error(`waited 30 s for ${what}`);
		await delay(5);
	}
}

function append(count: number, workflowId = "arb-31337-1-00000000-0000000000000000"): Promise<number> {
	const event = {
		workflowId,
		chainId: CHAIN,
		step: "price",
		status: "done",
		atMs: Date.now(),
		detail: "base fee 1 gwei",
		netProfitWei: null,
	} as const;
	return inTransaction(api.fresh.db, (tx) =>
		appendEvents(
			tx,
			Array.from({ length: count }, () => event),
		),
	);
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe("GET /api/stream", () => {
	it("sends what happens from now on, without a sequence number", async () => {
		const before = await append(3);
		const client = connect(null);
		await until(() => client.pings.length > 0, "the first ping");
		expect(client.pings[0]).toBe(before);
		await append(2);
		await until(() => client.steps.length === 2, "two events");
		expect(client.steps).toEqual([before + 1, before + 2]);
	});

	it("loses and repeats nothing over reconnections while many writers commit", async () => {
		const start = await latestEventSeq(api.fresh.db);
		const WRITERS = 6;
		const ROUNDS = 25;
		const writing = Promise.all(
			Array.from({ length: WRITERS }, async (_, writer) => {
				for (let round = 0; round < ROUNDS; round++) await append(1 + ((writer + round) % 4));
			}),
		);
		const seen: number[] = [];
		let isWriting = true;
		const done = writing.then(() => {
			isWriting = false;
		});
		while (isWriting) {
			const client = connect(seen.at(-1) ?? start);
			const wanted = 1 + (seen.length % 17);
			await until(() => client.steps.length >= wanted || !isWriting, `${wanted} events`);
			client.socket.terminate();
			seen.push(...client.steps);
		}
		await done;
		const last = await latestEventSeq(api.fresh.db);
		const client = connect(seen.at(-1) ?? start);
		await until(() => (client.steps.at(-1) ?? seen.at(-1)) === last, `event ${last}`);
		seen.push(...client.steps);
		expect(seen).toEqual(range(start + 1, last));
	});

	it("sends a backlog of several pages in order", async () => {
		const start = await latestEventSeq(api.fresh.db);
		const last = await append(1_000);
		const client = connect(start);
		await until(() => client.steps.length === 1_000, "1000 events");
		expect(client.steps).toEqual(range(start + 1, last));
	});

	it("sends each of several clients everything", async () => {
		const start = await latestEventSeq(api.fresh.db);
		const clients = [connect(start), connect(start), connect(start)];
		await append(5);
		for (const client of clients) {
			await until(() => client.steps.length === 5, "five events");
			expect(client.steps).toEqual(range(start + 1, start + 5));
		}
	});

	it("tells a client from the future to load the state anew", async () => {
		const last = await latestEventSeq(api.fresh.db);
		const { socket } = connect(last + 100);
		const [code] = await once(socket, "close");
		expect(code).toBe(STREAM_CLOSE.unknownSequence);
	});

	it("answers a bad sequence number with 400 and another site's page with 403", async () => {
		const bad = connect(-1);
		const foreign = connect(0, { origin: "http://evil.test" });
		await until(() => bad.errors.length > 0 && foreign.errors.length > 0, "both refusals");
		expect(bad.errors[0]).toContain("400");
		expect(foreign.errors[0]).toContain("403");
		const plain = await api.ask("/api/stream");
		expect(plain.status).toBe(426);
	});

	it("forgets clients that are gone", async () => {
		const client = connect(null);
		await until(() => client.pings.length > 0, "the first ping");
		client.socket.close();
		await until(() => api.feeds.count === 0, "the feeds to end");
	});
});
