import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";
import type { Bundles } from "./bundles.ts";

const blockNumber = z
	.string()
	.regex(/^0x[0-9a-f]+$/i, "is not a hex quantity")
	.transform((text) => Number(text));
const sendBundleSchema = z.tuple([
	z
		.object({
			txs: z.array(z.string().regex(/^0x([0-9a-f]{2})+$/i, "is not hex")).min(1),
			blockNumber,
			maxBlockNumber: blockNumber.optional(),
		})
		.refine((bundle) => bundle.maxBlockNumber === undefined || bundle.maxBlockNumber >= bundle.blockNumber, {
			path: ["maxBlockNumber"],
			message: "is below blockNumber",
		}),
]);
const statusSchema = z.tuple([z.string().regex(/^0x[0-9a-f]{64}$/i, "is not a transaction hash")]);
const requestSchema = z.object({ id: z.union([z.string(), z.number(), z.null()]).default(null), method: z.string(), params: z.unknown() });

/** Larger than any bundle of a few transactions. */
const MAX_BODY_BYTES = 1_000_000;

export interface Relay {
	readonly url: string;
	close(): Promise<void>;
}

/**
 * The private route to the builder: `eth_sendBundle` [{ txs, blockNumber, maxBlockNumber }] → { bundleHash } and
 * `relay_bundleStatus` [txHash] → { status, reason? }.
 *
 * @param options.port 0 lets the system choose
 */
export async function startRelay(options: { readonly port: number; readonly bundles: Bundles; readonly chainId: number }): Promise<Relay> {
	const server = createServer((request, response) => {
		answer(request, options).then(
			(body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
			(error: unknown) => response.writeHead(500).end(messageOf(error)),
		);
	});
	server.listen(options.port, "127.0.0.1");
	try {
		await once(server, "listening");
	} catch (error) {
		throw new ArbError({
			code: "configuration",
			message: `the relay cannot listen on port ${options.port}: ${messageOf(error)}; give another with --relay-port`,
			retryable: false,
			cause: error,
		});
	}
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		close: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, "close");
		},
	};
}

async function answer(request: IncomingMessage, of: { readonly bundles: Bundles; readonly chainId: number }): Promise<object> {
	let id: string | number | null = null;
	try {
		const call = requestSchema.parse(JSON.parse(await readBody(request)));
		id = call.id;
		return { jsonrpc: "2.0", id, result: perform(call, of) };
	} catch (error) {
		if (error instanceof SyntaxError) return { jsonrpc: "2.0", id, error: { code: -32700, message: `not JSON: ${error.message}` } };
		if (error instanceof z.ZodError) {
			const message = error.issues.map((issue) => `${issue.path.join(".") || "request"} ${issue.message}`).join("; ");
			return { jsonrpc: "2.0", id, error: { code: -32602, message } };
		}
		if (error instanceof ArbError)
			return { jsonrpc: "2.0", id, error: { code: error.code === "not_found" ? -32601 : -32602, message: error.message } };
		throw error;
	}
}

function perform(
	call: { readonly method: string; readonly params?: unknown },
	of: { readonly bundles: Bundles; readonly chainId: number },
): object {
	switch (call.method) {
		case "eth_sendBundle": {
			const [bundle] = sendBundleSchema.parse(call.params);
			const lastBlock = bundle.maxBlockNumber ?? bundle.blockNumber;
			const added = of.bundles.add({ raw: bundle.txs, firstBlock: bundle.blockNumber, lastBlock, chainId: of.chainId });
			return { bundleHash: added.hash };
		}
		case "relay_bundleStatus": {
			const [transactionHash] = statusSchema.parse(call.params);
			return of.bundles.statusOf(transactionHash);
		}
		default:
			throw new ArbError({
				code: "not_found",
				message: `method ${call.method} does not exist; there are eth_sendBundle, relay_bundleStatus`,
				retryable: false,
			});
	}
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request) {
		chunks.push(chunk as Buffer);
		size += (chunk as Buffer).length;
		if (size > MAX_BODY_BYTES) {
			throw new ArbError({ code: "invalid_input", message: `the request is larger than ${MAX_BODY_BYTES} bytes`, retryable: false });
		}
	}
	return Buffer.concat(chunks).toString("utf8");
}
