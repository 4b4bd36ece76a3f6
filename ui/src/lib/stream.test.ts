import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PoolMessage, StepMessage } from "../../../api/stream/messages.ts";
import { retryDelay, StepStream, type StreamSocket, type StreamState } from "./stream.ts";

class Socket implements StreamSocket {
	onopen: (() => void) | null = null;
	onmessage: ((event: { readonly data: unknown }) => void) | null = null;
	onclose: ((event: { readonly code: number }) => void) | null = null;
	isClosed = false;
	readonly after: number;
	constructor(after: number) {
		this.after = after;
	}
	close(): void {
		this.isClosed = true;
	}
	step(seq: number): void {
		this.onmessage?.({ data: JSON.stringify({ type: "step", seq }) });
	}
	pool(seq: number): void {
		this.onmessage?.({ data: JSON.stringify({ type: "pool", seq }) });
	}
	ping(seq: number): void {
		this.onmessage?.({ data: JSON.stringify({ type: "ping", seq }) });
	}
}

function harness() {
	const sockets: Socket[] = [];
	const steps: number[] = [];
	const pools: number[] = [];
	const states: StreamState["kind"][] = [];
	let resets = 0;
	const stream = new StepStream({
		connect: (after) => {
			const socket = new Socket(after);
			sockets.push(socket);
			return socket;
		},
		onStep: (message: StepMessage) => steps.push(message.seq),
		onPool: (message: PoolMessage) => pools.push(message.seq),
		onReset: () => {
			resets += 1;
		},
		onState: (state) => states.push(state.kind),
		now: () => Date.now(),
		random: () => 0.5,
	});
	const last = () => {
		const socket = sockets.at(-1);
		if (socket === undefined) throw new Error("no socket was opened");
		return socket;
	};
	return { stream, sockets, steps, pools, states, last, resets: () => resets };
}

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

describe("StepStream", () => {
	it("resumes after the last sequence number that it saw", () => {
		const { stream, steps, last, states } = harness();
		stream.start(40);
		expect(last().after).toBe(40);
		last().ping(40);
		last().step(41);
		last().step(42);
		last().onclose?.({ code: 1006 });
		expect(states.at(-1)).toBe("waiting");
		vi.advanceTimersByTime(10_000);
		expect(last().after).toBe(42);
		last().step(43);
		expect(steps).toEqual([41, 42, 43]);
		stream.stop();
	});

	it("tells what happens to pools apart from steps, under the same numbers", () => {
		const { stream, steps, pools, last } = harness();
		stream.start(0);
		last().step(1);
		last().pool(2);
		last().pool(2);
		last().step(3);
		expect([steps, pools]).toEqual([[1, 3], [2]]);
		stream.stop();
	});

	it("passes no sequence number on twice", () => {
		const { stream, steps, last } = harness();
		stream.start(0);
		last().step(1);
		last().step(1);
		last().step(2);
		expect(steps).toEqual([1, 2]);
		stream.stop();
	});

	it("gives a silent connection up and connects again", () => {
		const { stream, sockets, last } = harness();
		stream.start(0);
		const first = last();
		vi.advanceTimersByTime(30_000);
		expect(first.isClosed).toBe(true);
		vi.advanceTimersByTime(10_000);
		expect(sockets.length).toBe(2);
		stream.stop();
	});

	it("asks for the state anew where the server does not know the sequence number", () => {
		const { stream, sockets, last, resets } = harness();
		stream.start(99);
		last().onclose?.({ code: 4004 });
		vi.advanceTimersByTime(60_000);
		expect([resets(), sockets.length]).toEqual([1, 1]);
	});

	it("connects at once when hurried", () => {
		const { stream, sockets, last } = harness();
		stream.start(0);
		last().onclose?.({ code: 1006 });
		stream.hurry();
		expect(sockets.length).toBe(2);
		stream.stop();
	});

	it("opens nothing more after it was stopped", () => {
		const { stream, sockets, last } = harness();
		stream.start(0);
		const socket = last();
		stream.stop();
		socket.onclose?.({ code: 1000 });
		vi.advanceTimersByTime(60_000);
		expect(sockets.length).toBe(1);
	});

	it("waits longer after each failure, up to ten seconds", () => {
		expect([0, 1, 2, 3, 20].map((failures) => retryDelay(failures, 1))).toEqual([500, 1_000, 2_000, 4_000, 10_000]);
		expect(retryDelay(0, 0)).toBe(250);
	});
});
