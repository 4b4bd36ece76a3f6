import { ArbError } from "../../domain/errors.ts";
import type { DevnetAccounts, Signer } from "../accounts.ts";
import type { ArtifactName, PoolArtifactName } from "../artifacts.ts";
import type { DeployedPool } from "../deployed-pool.ts";
import type { View } from "../desk.ts";
import type { PoolPrice, Swap } from "../market-model.ts";
import type { World } from "../world.ts";

/** Addresses of a dex's contracts by what they are: `factory`, `vault`, `poolDeployer`, … */
export type DexContracts = Readonly<Record<string, string>>;

/** The chain while it is being deployed: transactions are sent in order and mined at the end of a stage, all of them or the deployment fails. */
export interface Deploying {
	readonly accounts: DevnetAccounts;
	/** Sends a contract's creation from the deployer's account. Its address is known at once; later transactions of the stage may call it. */
	create(name: ArtifactName, values?: readonly unknown[]): Promise<string>;
	/** The same for creation code of one's own making (linked libraries), constructor's words included. */
	createCode(of: { readonly what: string; readonly code: string }): Promise<string>;
	/** Where the contract will be that the deployer's account creates after `skipped` further ones. */
	nextAddress(skipped: number): string;
	call(from: Signer, to: string, data: string, value?: bigint): Promise<void>;
	/** Answer of a view call at the head: the stages before are mined, this one is not. */
	read(to: string, data: string): Promise<string>;
}

/** A pool that is to be. */
export interface PoolDraft {
	/** Sends its creation. */
	create(chain: Deploying): Promise<void>;
	/** Where it is, once it is created. */
	locate(chain: Deploying): Promise<DeployedPool>;
	/** Sends what gives it its price and depth: calls by the desk, which holds every token. */
	seed(chain: Deploying, pool: DeployedPool): Promise<void>;
}

/**
 * A dex of the devnet: how its contracts are deployed from published bytecode, which pools it has, how the market reads their prices and trades there.
 * All of it is a function of the world, so that every devnet is the same.
 */
export interface DevnetDex {
	/** As the chain's settings name it. */
	readonly name: string;
	readonly family: string;
	/** Whatever decides what is deployed, besides `pools.json`: its contracts, and plain values that say which pools it has. */
	readonly artifacts: readonly (ArtifactName | PoolArtifactName)[];
	readonly pools: readonly object[];
	/** First stage: its contracts, and what their owner sets. */
	deploy(chain: Deploying, world: World): Promise<DexContracts>;
	/** Its pools; each is created in the second stage, located, and seeded in the third. */
	plan(world: World, contracts: DexContracts): readonly PoolDraft[];
	/** The view calls that tell a pool's state; never others for the same pool. */
	views(pool: DeployedPool): readonly View[];
	/** What the market sees of a pool, by the answers to its views: one entry for each pair of its tokens that is to be traded. */
	observe(pool: DeployedPool, answers: readonly string[]): readonly PoolPrice[];
	/** The desk's call that swaps exactly this much. */
	swap(pool: DeployedPool, of: Swap): string;
	/** The desk's call that trades a pair to a price, from what was observed of it. */
	trade(pool: DeployedPool, of: { readonly seen: PoolPrice; readonly price: number }): string;
	/** The dex in the chain's settings (`config/chain.ts`), beside its name and family. */
	row(contracts: DexContracts, pools: readonly DeployedPool[]): Readonly<Record<string, unknown>>;
}

/** How a dex trades to a price whose observations tell the swap that leads there. */
export function towards(swap: DevnetDex["swap"]): DevnetDex["trade"] {
	return (pool, { seen, price }) => {
		if (seen.inputTowards !== undefined) return swap(pool, seen.inputTowards(price));
		const message = `what was seen of pool ${pool.address} of ${pool.dex} does not tell how to trade it to a price`;
		throw new ArbError({ code: "invalid_input", message, retryable: false });
	};
}

/** One of a dex's contracts. */
export function contractOf(contracts: DexContracts, role: string): string {
	const address = contracts[role];
	if (address !== undefined) return address;
	const known = Object.keys(contracts).join(", ");
	throw new ArbError({ code: "not_found", message: `the deployment has no contract ${role} (it has ${known})`, retryable: false });
}
