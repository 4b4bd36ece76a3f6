import { messageOf } from "../../domain/errors.ts";
import type { DependencyHealth } from "./schema.ts";

/** One dependency and the question that shows whether it answers. `ask` returns what it said; it rejects where there is no answer. */
export interface Probe {
	readonly name: string;
	/** What an operator does when it is down. */
	readonly advice: string;
	ask(signal: AbortSignal): Promise<string>;
}

/** Longer than any healthy answer, shorter than a person's patience. */
const PROBE_LIMIT_MS = 2_000;

/** Asks one dependency, within the limit; never rejects. */
export async function examine(probe: Probe, limitMs: number = PROBE_LIMIT_MS): Promise<DependencyHealth> {
	const startedAt = performance.now();
	const elapsed = () => Math.round((performance.now() - startedAt) * 10) / 10;
	const limit = new AbortController();
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(() => {
		const error = new Error(`no answer within ${limitMs} ms`);
		limit.abort(error);
		late.reject(error);
	}, limitMs);
	try {
		// The race bounds probes whose client cannot be aborted.
		const detail = await Promise.race([probe.ask(limit.signal), late.promise]);
		return { name: probe.name, status: "up", latencyMs: elapsed(), detail };
	} catch (error) {
		return { name: probe.name, status: "down", latencyMs: elapsed(), detail: `${messageOf(error)}; ${probe.advice}` };
	} finally {
		clearTimeout(timer);
	}
}
