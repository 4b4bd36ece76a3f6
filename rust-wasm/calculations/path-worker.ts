import { parentPort } from "node:worker_threads";
import { ArbError, messageOf } from "../../domain/errors.ts";
import type { Engine } from "../engine.ts";
import { pathEngine } from "./path-engine.ts";
import type { PathReply, PathRequest } from "./path-messages.ts";

// One thread of a path simulator: holds an engine of its own and answers batch after batch.
if (parentPort === null)
	throw new ArbError({ code: "configuration", message: "path-worker.ts runs as a worker thread only", retryable: false });
const port = parentPort;
let engine: Engine | null = null;

port.on("message", (request: PathRequest) => {
	try {
		const reply = answer(request);
		port.postMessage(reply, reply.kind === "quoted" ? [reply.words.buffer] : []);
	} catch (error) {
		const code = error instanceof ArbError ? error.code : "engine";
		port.postMessage({ kind: "failed", id: request.id, code, message: messageOf(error) } satisfies PathReply);
	}
});

function answer(request: PathRequest): PathReply {
	const { kind, id } = request;
	if (kind === "load") {
		engine?.[Symbol.dispose]();
		engine = null;
		engine = pathEngine(request.market, request.experimental);
		return { kind: "loaded", id };
	}
	if (engine === null) throw new ArbError({ code: "configuration", message: "no pools are loaded in this thread", retryable: false });
	// The module's answers are copies of their own, outside its memory.
	const { words } = engine.quoteRoutes(request.batch);
	return { kind: "quoted", id, words: words as BigUint64Array<ArrayBuffer> };
}
