import type { AddressInfo } from "node:net";
import { serve, type WebSocketServerLike } from "@hono/node-server";
import { WebSocketServer } from "ws";
import { ArbError, messageOf } from "../domain/errors.ts";
import type { createApp } from "./app.ts";
import type { Feeds } from "./stream/routes.ts";

/** Clients of the stream only listen: nothing that they send is read. */
const MAX_CLIENT_FRAME_BYTES = 1024;
/** While the server stops. */
const IDLE_CHECK_MS = 20;

export interface RunningServer extends AsyncDisposable {
	/** `http://host:port`, with the port that was really taken. */
	readonly url: string;
}

/**
 * Listens on a port (0: any free one). Closing ends the streams with "going away" first, then waits for the requests in flight.
 *
 * @throws ArbError `unavailable` where the port cannot be taken.
 */
export async function startServer(of: {
	readonly app: ReturnType<typeof createApp>;
	readonly feeds: Feeds;
	readonly host: string;
	readonly port: number;
}): Promise<RunningServer> {
	const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_CLIENT_FRAME_BYTES });
	const listening = Promise.withResolvers<AddressInfo>();
	const server = serve(
		{
			fetch: of.app.fetch,
			hostname: of.host,
			port: of.port,
			// The two packages' types differ in what exactOptionalPropertyTypes makes of their optional members; the adapter is made for ws.
			websocket: { server: sockets as WebSocketServerLike },
		},
		listening.resolve,
	);
	server.once("error", (error) => {
		listening.reject(
			new ArbError({
				code: "unavailable",
				message: `cannot listen on ${of.host}:${of.port} (${messageOf(error)}); end the process that holds the port, or set API_PORT to another`,
				retryable: false,
				cause: error,
			}),
		);
	});
	const address = await listening.promise;
	const name = of.host.includes(":") ? `[${of.host}]` : of.host;
	return {
		url: `http://${name}:${address.port}`,
		async [Symbol.asyncDispose]() {
			await of.feeds.close();
			sockets.close();
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			// A connection that was busy just now is kept alive by a page that asks again within seconds, and the server would never end: each is closed once it is idle.
			const closing = setInterval(() => {
				if ("closeIdleConnections" in server) server.closeIdleConnections();
			}, IDLE_CHECK_MS);
			await closed;
			clearInterval(closing);
		},
	};
}
