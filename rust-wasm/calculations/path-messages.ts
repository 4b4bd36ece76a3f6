import type { ErrorCode } from "../../domain/errors.ts";
import type { FamilyPoolState, PoolState } from "../../domain/pool.ts";
import type { RouteBatch } from "../route-batch.ts";

/** The pools that routes are quoted on. */
export interface PathMarket {
	readonly pools: readonly PoolState[];
	readonly familyPools?: readonly FamilyPoolState[];
	/** Time of the block that quotes are for, as in `Engine.setTime`; by default that of each state. */
	readonly timestamp?: number;
}

/** To a thread. Each is answered under its number. */
export type PathRequest =
	| { readonly kind: "load"; readonly id: number; readonly market: PathMarket; readonly experimental: boolean }
	| { readonly kind: "quote"; readonly id: number; readonly batch: RouteBatch };

/** From a thread. */
export type PathReply =
	| { readonly kind: "loaded"; readonly id: number }
	| { readonly kind: "quoted"; readonly id: number; readonly words: BigUint64Array<ArrayBuffer> }
	| { readonly kind: "failed"; readonly id: number; readonly code: ErrorCode; readonly message: string };
