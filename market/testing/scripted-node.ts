import type { ServerResponse } from "node:http";
import { type FaultyNode, type RpcCall, startFaultyNode } from "./faulty-node.ts";
import { NodeRefusal, type ScriptedChain } from "./scripted-chain.ts";

/** An answer in the place of the chain's: a result, an error, "hang" for none, or an HTTP answer. */
type Special =
	| { readonly result: unknown }
	| { readonly error: { readonly code: number; readonly message: string } }
	| "hang"
	| { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
export type Behaviour = (call: RpcCall) => Special | undefined;

/** A node that answers as a chain does, or as it is told to. */
export interface ScriptedNode extends FaultyNode {
	/** What it answers in the chain's place, where not undefined; may be replaced. */
	behaviour: Behaviour;
	/** Calls of that method that arrived. */
	count(method: string): number;
}

export async function startScriptedNode(chain: ScriptedChain, behaviour: Behaviour = () => undefined): Promise<ScriptedNode> {
	const scripted = chain.node();
	const answer = (calls: readonly RpcCall[], response: ServerResponse) => {
		const specials = calls.map((call) => started.behaviour(call));
		const http = specials.find((special) => typeof special === "object" && "status" in special);
		if (specials.includes("hang")) return;
		if (typeof http === "object" && "status" in http) return void response.writeHead(http.status, http.headers).end();
		const answers = calls.map(({ id, method, params }, i) => {
			const special = specials[i];
			try {
				return { jsonrpc: "2.0", id, ...(typeof special === "object" ? special : { result: scripted(method, params) }) };
			} catch (error) {
				if (!(error instanceof NodeRefusal)) throw error;
				return { jsonrpc: "2.0", id, error: { code: error.code, message: error.message } };
			}
		});
		response.end(JSON.stringify(answers.length === 1 ? answers[0] : answers));
	};
	const node = await startFaultyNode(answer);
	const started: ScriptedNode = {
		...node,
		behaviour,
		count: (method) => node.requests.flat().filter((call) => call.method === method).length,
	};
	return started;
}
