import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";

/** What `--settle` needs of `GET /api/trades`. */
const pageSchema = z.object({
	items: z.array(
		z.object({
			workflowId: z.string(),
			concludedAt: z.iso.datetime().nullable(),
			money: z.object({ netProfit: z.object({ raw: z.string(), formatted: z.string().nullable(), symbol: z.string() }) }).nullable(),
			links: z.object({ temporal: z.string().nullable() }),
		}),
	),
});
type SettledTrade = z.output<typeof pageSchema>["items"][number];

/**
 * Waits until `count` lifecycles have settled since `since` and tells about each as it comes.
 *
 * @throws ArbError `timeout` with the number reached where that takes longer than `limitMs`, `unavailable` where the API's answer cannot be used.
 */
export async function awaitSettled(of: {
	readonly apiUrl: string;
	readonly count: number;
	readonly since: Date;
	readonly limitMs: number;
	readonly onTrade: (trade: SettledTrade, number: number) => void;
	readonly signal: AbortSignal;
}): Promise<void> {
	const seen = new Set<string>();
	const limit = Date.now() + of.limitMs;
	while (seen.size < of.count) {
		if (Date.now() > limit) {
			throw new ArbError({
				code: "timeout",
				message: `${seen.size} of ${of.count} lifecycles settled within ${of.limitMs / 1000} s; \`GET ${of.apiUrl}/api/opportunities\` and .data/logs/ say why, --settle-limit gives it longer`,
				retryable: true,
			});
		}
		for (const trade of (await settled(of)).reverse()) {
			const isNew = trade.concludedAt !== null && new Date(trade.concludedAt) >= of.since && !seen.has(trade.workflowId);
			if (!isNew || seen.size >= of.count) continue;
			seen.add(trade.workflowId);
			of.onTrade(trade, seen.size);
		}
		if (seen.size < of.count) await delay(200, undefined, { signal: of.signal });
	}
}

async function settled(of: { readonly apiUrl: string; readonly signal: AbortSignal }): Promise<SettledTrade[]> {
	const response = await fetch(`${of.apiUrl}/api/trades?outcome=settled&limit=100`, { signal: of.signal });
	const body: unknown = await response.json();
	const parsed = pageSchema.safeParse(body);
	if (response.ok && parsed.success) return parsed.data.items;
	throw new ArbError({
		code: "unavailable",
		message: `GET /api/trades answered ${response.status}${parsed.success ? "" : `, and not as documented: ${messageOf(parsed.error)}`}`,
		retryable: false,
	});
}
