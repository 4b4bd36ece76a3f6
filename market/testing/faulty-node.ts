import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RpcCall {
	readonly id: number;
	readonly method: string;
	readonly params: readonly unknown[];
}

export interface FaultyNode {
	readonly url: string;
	/** Calls of each HTTP request, in the order they came. */
	readonly requests: readonly (readonly RpcCall[])[];
	/** For a WebSocket beside it. */
	readonly server: Server;
	close(): Promise<void>;
}

/** An HTTP server that answers JSON-RPC as badly as `answer` says; one that never ends the response hangs. */
export async function startFaultyNode(answer: (calls: readonly RpcCall[], response: ServerResponse) => void): Promise<FaultyNode> {
	const requests: (readonly RpcCall[])[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const body: RpcCall | readonly RpcCall[] = JSON.parse(Buffer.concat(chunks).toString());
		const calls = "method" in body ? [body] : body;
		requests.push(calls);
		answer(calls, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		requests,
		server,
		close: () =>
			new Promise((resolve, reject) => {
				server.close((error) => (error ? reject(error) : resolve()));
				server.closeAllConnections();
			}),
	};
}
