import { Connection } from "@temporalio/client";
import { sql } from "drizzle-orm";
import type { ChainConfig } from "../../config/chain.ts";
import type { Database } from "../../db/connection.ts";
import { messageOf } from "../../domain/errors.ts";
import type { Probe } from "./probe.ts";

export function postgresProbe(db: Database): Probe {
	return {
		name: "postgres",
		advice: "check that the server of DATABASE_URL runs",
		async ask() {
			const answer = await db.drizzle.execute<{ version: string }>(sql`select current_setting('server_version') as version`);
			return `PostgreSQL ${answer.rows[0]?.version ?? "of unknown version"}`;
		},
	};
}

/** Asks the Temporal frontend for its namespace. The connection is lazy and kept: gRPC re-establishes it by itself. */
export function temporalProbe(of: { readonly address: string; readonly namespace: string }): Probe & AsyncDisposable {
	// Without the client's own retries: a probe wants the first answer, and a retry whose timer fires after `close` would throw out of it.
	const connection = Connection.lazy({ address: of.address, interceptors: [] });
	return {
		name: "temporal",
		advice: `check that the server at ${of.address} runs and has the namespace "${of.namespace}"`,
		async ask(signal) {
			const described = await connection.withAbortSignal(signal, () =>
				connection.workflowService.describeNamespace({ namespace: of.namespace }),
			);
			return `namespace ${described.namespaceInfo?.name ?? of.namespace} at ${of.address}`;
		},
		async [Symbol.asyncDispose]() {
			await connection.close();
		},
	};
}

/** Asks a chain's node for its head, and that it is the chain that the settings speak of. */
export function chainProbe(chain: ChainConfig): Probe {
	return {
		name: `chain ${chain.name}`,
		advice: `check that the node of chain ${chain.chainId} runs`,
		async ask(signal) {
			const response = await fetch(chain.rpcUrl, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify([
					{ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] },
					{ jsonrpc: "2.0", id: 2, method: "eth_blockNumber", params: [] },
				]),
				signal,
			}).catch((error: unknown) => {
				const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
				throw new Error(messageOf(cause) || "connection refused", { cause: error });
			});
			if (!response.ok) throw new Error(`the node answered HTTP ${response.status}`);
			const [chainId, block] = readBatch(await response.json());
			if (chainId !== chain.chainId) throw new Error(`the node serves chain ${chainId}, not ${chain.chainId}`);
			return `block ${block}`;
		},
	};
}

/** The two hex numbers of the batch, in request order. */
function readBatch(answers: unknown): readonly [number, number] {
	const byId = new Map<unknown, number>();
	for (const answer of Array.isArray(answers) ? answers : []) {
		if (typeof answer === "object" && answer !== null && "id" in answer && "result" in answer && typeof answer.result === "string") {
			byId.set(answer.id, Number(answer.result));
		}
	}
	const chainId = byId.get(1);
	const block = byId.get(2);
	if (chainId === undefined || block === undefined) throw new Error("the node's answer has no chain id or block number");
	return [chainId, block];
}
