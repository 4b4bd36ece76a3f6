import type { Checkpoint } from "../../activities/checkpoint.ts";

/** What the worker process is asked to do. */
export interface LoadOrder {
	readonly kind: "run";
	/** Lifecycles in flight at any time. */
	readonly atOnce: number;
	/** One in so many is to be submitted, the others to be rejected; 1: all are to be submitted, each started on the block that opened its gap. */
	readonly submitOneIn: number;
	/** Ends after so many lifecycles, or after so long. */
	readonly maxLifecycles: number;
	readonly maxMs: number;
}

/** One lifecycle as its process saw it; epoch milliseconds with fractions. */
export interface Passage {
	readonly workflowId: string;
	/** When the search returned the candidate or, for one that waited for its turn, when that came. */
	readonly foundAtMs: number;
	readonly marks: Readonly<Partial<Record<Checkpoint, number>>>;
}

/** What the worker process answers. */
export type WorkerMessage =
	| { readonly kind: "ready" }
	| {
			readonly kind: "done";
			readonly passages: readonly Passage[];
			/** From the first start to the last conclusion. */
			readonly elapsedMs: number;
			/** Of that, how long a free place waited because the market offered no candidate. */
			readonly starvedMs: number;
	  };
