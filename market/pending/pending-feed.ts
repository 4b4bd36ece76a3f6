import { ArbError } from "../../domain/errors.ts";
import { Subscription } from "../rpc/subscription.ts";

/** Hashes that wait to be looked at; of more than these the oldest are dropped, since they are the nearest to being included. */
const KEPT = 500;
const RECONNECT_MS = 1_000;

/**
 * Hashes of transactions as a node hears of them, each once while it is remembered (`eth_subscribe` to `newPendingTransactions`). A lost subscription is opened again. Ends
 * with the signal.
 */
export async function* watchPending(
	source: { readonly wsUrl: string; readonly onTrouble: (error: ArbError) => void },
	signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
	const waiting: string[] = [];
	const recent = new Set<string>();
	let wake = (): void => {};
	const subscription = new Subscription({
		...{ wsUrl: source.wsUrl, name: new URL(source.wsUrl).host, reconnectMs: RECONNECT_MS },
		...{ to: ["newPendingTransactions"], what: "pending transactions" },
		onTrouble: source.onTrouble,
		onPush: (pushed) => {
			const hash = hashOf(pushed);
			if (recent.has(hash)) return;
			recent.add(hash);
			if (recent.size > 4 * KEPT) recent.delete(recent.values().next().value ?? "");
			waiting.push(hash);
			if (waiting.length > KEPT) waiting.shift();
			wake();
		},
	});
	const keeping = setInterval(() => subscription.keepOpen(), RECONNECT_MS / 4);
	const end = (): void => wake();
	signal.addEventListener("abort", end, { once: true });
	subscription.keepOpen();
	try {
		while (!signal.aborted) {
			const next = waiting.shift();
			if (next !== undefined) yield next;
			else {
				await new Promise<void>((resolve) => {
					wake = resolve;
					if (signal.aborted || waiting.length > 0) resolve();
				});
			}
		}
	} finally {
		signal.removeEventListener("abort", end);
		clearInterval(keeping);
		subscription.close();
	}
}

/** Some nodes push whole transactions. */
function hashOf(pushed: unknown): string {
	const hash = typeof pushed === "object" && pushed !== null ? Reflect.get(pushed, "hash") : pushed;
	if (typeof hash === "string" && /^0x[0-9a-fA-F]{64}$/.test(hash)) return hash.toLowerCase();
	throw new ArbError({ code: "chain", message: `a pending transaction was announced as ${JSON.stringify(pushed)}`, retryable: true });
}
