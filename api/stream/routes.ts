import { upgradeWebSocket } from "@hono/node-server";
import { createRoute, z } from "@hono/zod-openapi";
import { WebSocket } from "ws";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter, type ErrorBody, errorResponse, refusedInput } from "../errors.ts";
import { Feed, type FeedSocket } from "./feed.ts";
import { STREAM_CLOSE, streamMessageSchema } from "./messages.ts";

const streamQuerySchema = z.object({
	after: z.coerce
		.number()
		.int()
		.min(0)
		.max(Number.MAX_SAFE_INTEGER)
		.optional()
		.openapi({ param: { name: "after", in: "query" }, type: "integer" }),
});

const streamRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Stream"],
	summary: "WebSocket of step changes",
	description: [
		"Upgrade to a WebSocket. Sends each step change once, in order of `seq`, and a ping message every 10 s.",
		"Pass the last `seq` seen as `after` to resume without loss or duplicates; without it the stream begins with what happens from now on.",
		`Close codes: ${STREAM_CLOSE.slowClient} read too slowly, ${STREAM_CLOSE.unavailable} events unavailable, ${STREAM_CLOSE.goingAway} server stops (connect again and resume);`,
		`${STREAM_CLOSE.unknownSequence} \`after\` is beyond the last event (load the state anew).`,
	].join(" "),
	request: { query: streamQuerySchema },
	responses: {
		101: { content: { "application/json": { schema: streamMessageSchema } }, description: "Each message, as one text frame of JSON" },
		400: errorResponse("`after` is not a sequence number"),
		426: errorResponse("Not a WebSocket request"),
	},
});

/** Feeds that run, so that a stopping server can end them in order. */
export class Feeds {
	readonly #running = new Map<Feed, Promise<void>>();
	#isClosing = false;

	add(feed: Feed): void {
		const run = feed.run().finally(() => this.#running.delete(feed));
		this.#running.set(feed, run);
		if (this.#isClosing) endFeed(feed);
	}

	/** Ends every feed, and from then on each that is added: clients come back at once, while the server still listens. Resolves when all have ended. */
	async close(): Promise<void> {
		this.#isClosing = true;
		for (const feed of this.#running.keys()) endFeed(feed);
		while (this.#running.size > 0) await Promise.all(this.#running.values());
	}

	get count(): number {
		return this.#running.size;
	}
}

function endFeed(feed: Feed): void {
	feed.stop(STREAM_CLOSE.goingAway, "the server stops; connect again and resume");
}

/** `GET /api/stream`. A handler of its own beside the documented route: what a WebSocket is answered with has no JSON type. */
export function streamRoutes(deps: ApiDependencies, feeds: Feeds) {
	const router = createRouter();
	router.openAPIRegistry.registerPath(streamRoute);
	return router.get(
		"/",
		async (c, next) => {
			const query = streamQuerySchema.safeParse(c.req.query());
			if (!query.success) return c.json(refusedInput("query", query.error), 400);
			if (c.req.header("upgrade")?.toLowerCase() === "websocket") return next();
			const body: ErrorBody = {
				error: { code: "invalid_input", message: "header.upgrade: must be websocket; open this address with a WebSocket client" },
			};
			return c.json(body, 426);
		},
		upgradeWebSocket(
			(c) => {
				const { after } = streamQuerySchema.parse(c.req.query());
				let feed: Feed | null = null;
				return {
					onOpen(_, context) {
						const socket = context.raw;
						if (!(socket instanceof WebSocket)) throw new TypeError("the server's sockets are made by ws");
						const opened = new Feed({ source: deps.events, socket: feedSocket(socket), after: after ?? null, logger: deps.logger });
						feed = opened;
						socket.on("pong", () => opened.heard());
						feeds.add(opened);
					},
					onClose: () => feed?.closed(),
					onError: () => feed?.closed(),
				};
			},
			{ onError: (error) => deps.logger.warn({ err: error }, "websocket upgrade failed") },
		),
	);
}

function feedSocket(socket: WebSocket): FeedSocket {
	return {
		send: (text) => socket.send(text),
		close: (code, reason) => socket.close(code, reason),
		ping: () => socket.ping(),
		terminate: () => socket.terminate(),
		bufferedBytes: () => socket.bufferedAmount,
	};
}
