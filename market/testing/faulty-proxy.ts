import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import { type RpcCall, startFaultyNode } from "./faulty-node.ts";
import { type Node, NodeRefusal } from "./scripted-chain.ts";

export const FAULTS = [
	"timeout",
	"connection reset",
	"429",
	"500",
	"truncated JSON",
	"wrong id",
	"null result",
	"stale head",
	"wrong chain",
	"missing logs",
	"reordered logs",
	"duplicated logs",
	"lagging WebSocket",
	"silent WebSocket",
	"forked head",
] as const;
export type Fault = (typeof FAULTS)[number];

/** What the proxy shows: the chain as it is, and as its faults have it. */
export interface Views {
	readonly honest: Node;
	readonly stale: Node;
	readonly wrongChain: Node;
	readonly forked: Node;
}

export interface FaultyProxy {
	readonly http: string;
	readonly ws: string;
	/** The fault that it is in from now on; null for none. */
	fault: Fault | null;
	/** Calls that arrived, with and without an answer. */
	readonly calls: () => number;
	/** Pushes the head to those who subscribed, as the fault has it. */
	announce(): void;
	/** Pushes that header. */
	push(header: unknown): void;
	close(): Promise<void>;
}

/** A proxy before a node that can be put into any of the faults, for as long as wanted. `index` tells its own way of leaving logs out from the others'. */
export async function startFaultyProxy(of: {
	readonly views: Views;
	readonly index: number;
	readonly delayMs: number;
}): Promise<FaultyProxy> {
	const { views, index, delayMs } = of;
	let fault: Fault | null = null;

	const viewOf = (): Node => {
		if (fault === "stale head") return views.stale;
		if (fault === "wrong chain") return views.wrongChain;
		return fault === "forked head" ? views.forked : views.honest;
	};

	const answerOf = ({ id, method, params }: RpcCall): unknown => {
		try {
			const result = fault === "null result" ? null : withLogs(viewOf()(method, params), fault, index);
			return { jsonrpc: "2.0", id: fault === "wrong id" ? id + 1 : id, result };
		} catch (error) {
			if (!(error instanceof NodeRefusal)) throw error;
			return { jsonrpc: "2.0", id, error: { code: error.code, message: error.message } };
		}
	};

	const respond = async (calls: readonly RpcCall[], response: ServerResponse): Promise<void> => {
		if (delayMs > 0) await delay(delayMs);
		if (fault === "timeout") return;
		if (fault === "connection reset") response.socket?.resetAndDestroy();
		else if (fault === "429") response.writeHead(429, { "retry-after": "1" }).end("slow down");
		else if (fault === "500") response.writeHead(500).end("internal error");
		else {
			const answers = calls.map(answerOf);
			const text = JSON.stringify(answers.length === 1 ? answers[0] : answers);
			response.end(fault === "truncated JSON" ? text.slice(0, text.length / 2) : text);
		}
	};

	const node = await startFaultyNode((calls, response) => void respond(calls, response));
	const subscribers = new Set<WebSocket>();
	const sockets = new WebSocketServer({ server: node.server });
	sockets.on("connection", (socket) => {
		socket.on("message", (data) => {
			const { id }: { readonly id: number } = JSON.parse(String(data));
			socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: "0x1" }));
			subscribers.add(socket);
		});
		socket.on("close", () => subscribers.delete(socket));
	});

	const push = (result: unknown): void => {
		const message = JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription: "0x1", result } });
		for (const socket of subscribers) socket.send(message);
	};

	return {
		http: node.url,
		ws: node.url.replace(/^http/, "ws"),
		get fault() {
			return fault;
		},
		set fault(next) {
			fault = next;
		},
		calls: () => node.requests.reduce((sum, calls) => sum + calls.length, 0),
		announce() {
			if (fault === "silent WebSocket") return;
			const view = fault === "lagging WebSocket" ? views.stale : viewOf();
			push(view("eth_getBlockByNumber", ["latest", false]));
		},
		push,
		async close() {
			for (const socket of sockets.clients) socket.terminate();
			sockets.close();
			await node.close();
		},
	};
}

/** The answer with what the fault does to each list of logs in it: of `eth_getLogs`, of a receipt, of a block's receipts. */
function withLogs(result: unknown, fault: Fault | null, index: number): unknown {
	if (fault !== "missing logs" && fault !== "reordered logs" && fault !== "duplicated logs") return result;
	if (Array.isArray(result)) {
		return result.some(isLog) ? changed(result, fault, index) : result.map((item: unknown) => withLogs(item, fault, index));
	}
	if (typeof result !== "object" || result === null) return result;
	const logs = Reflect.get(result, "logs");
	return Array.isArray(logs) ? { ...result, logs: changed(logs, fault, index) } : result;
}

function changed(logs: readonly unknown[], fault: Fault, index: number): readonly unknown[] {
	if (fault === "missing logs") return logs.filter((_log, i) => i !== index % logs.length);
	return fault === "reordered logs" ? logs.toReversed() : logs.flatMap((log) => [log, log]);
}

function isLog(value: unknown): boolean {
	return typeof value === "object" && value !== null && "logIndex" in value;
}
