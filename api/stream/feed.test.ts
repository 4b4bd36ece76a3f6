import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { Feed, type FeedSocket } from "./feed.ts";
import { STREAM_CLOSE, type StepMessage } from "./messages.ts";
import { Feeds } from "./routes.ts";
import type { EventSource } from "./source.ts";

const logger = pino({ level: "silent" });

function step(seq: number): StepMessage {
	return {
		type: "step",
		seq,
		workflowId: "arb",
		chainId: 1,
		step: "price",
		status: "done",
		at: "2026-11-23T15:00:00.000Z",
		detail: "",
		netProfitWei: null,
	};
}

function source(count: number): EventSource & { readonly reads: number[] } {
	const reads: number[] = [];
	return {
		reads,
		latest: async () => count,
		after: async (seq, limit) => {
			reads.push(seq);
			return Array.from({ length: Math.min(limit, count - seq) }, (_, i) => step(seq + 1 + i));
		},
		subscribe: () => () => undefined,
	};
}

/** A socket whose client reads nothing: what is sent stays in its buffer. */
function stuckSocket(): FeedSocket & { bytes: number; code: number | null } {
	return {
		bytes: 0,
		code: null,
		send(text) {
			this.bytes += text.length;
		},
		close(code) {
			this.code = code;
		},
		ping: () => undefined,
		terminate: () => undefined,
		bufferedBytes() {
			return this.bytes;
		},
	};
}

describe("Feed", () => {
	it("asks a client that reads too slowly to come back, and holds no more than a page beyond the limit for it", async () => {
		const socket = stuckSocket();
		const events = source(100_000);
		const limits = { maxBufferedBytes: 10_000, drainLimitMs: 20 };
		await new Feed({
			source: events,
			socket: Object.assign(socket, { bufferedBytes: () => socket.bytes }),
			after: 0,
			logger,
			limits,
		}).run();
		expect(socket.code).toBe(STREAM_CLOSE.slowClient);
		expect(events.reads.length).toBeLessThan(3);
	});

	it("asks the client to resume where events cannot be read", async () => {
		const socket = stuckSocket();
		const broken: EventSource = {
			...source(5),
			after: async () => {
				throw new Error("connection lost");
			},
		};
		await new Feed({ source: broken, socket, after: 0, logger }).run();
		expect(socket.code).toBe(STREAM_CLOSE.unavailable);
	});
});

describe("Feeds", () => {
	it("end those that join while the server stops: a client that is sent away comes back before the port is closed", async () => {
		const feeds = new Feeds();
		await feeds.close();
		const socket = stuckSocket();
		feeds.add(new Feed({ source: source(5), socket: Object.assign(socket, { bufferedBytes: () => 0 }), after: 5, logger }));
		await vi.waitFor(() => expect(feeds.count).toBe(0), { timeout: 10_000 });
		expect(socket.code).toBe(STREAM_CLOSE.goingAway);
	});
});
