import type { Logger } from "pino";
import type { ChainConfig } from "../config/chain.ts";
import type { Database } from "../db/connection.ts";
import type { Probe } from "./health/probe.ts";
import type { EventSource } from "./stream/source.ts";

/** What the routes need: made once by `main.ts`, or by a test. */
export interface ApiDependencies {
	readonly db: Database;
	readonly chains: readonly ChainConfig[];
	readonly probes: readonly Probe[];
	readonly events: EventSource;
	readonly temporal: { readonly uiUrl: string | null; readonly namespace: string };
	/** Host names that requests may carry; null where any may. */
	readonly hostnames: readonly string[] | null;
	/** Directory of the built dashboard. */
	readonly dashboardDir: string;
	readonly logger: Logger;
	/** Wall clock, epoch milliseconds. */
	readonly now: () => number;
}
