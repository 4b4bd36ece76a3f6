import { afterAll, beforeAll, expect, it } from "vitest";
import { readPools } from "../../db/registry.ts";
import { type Devnet, startDevnet } from "../../devnet/devnet.ts";
import { type ChainClient, connectChain } from "../../market/chain-client.ts";
import { Arrivals } from "../../market/discovery/arrivals.ts";
import { type FreshDatabase, freshDatabase } from "../setup/database.ts";

let devnet: Devnet;
let client: ChainClient;
let fresh: FreshDatabase;

beforeAll(async () => {
	[devnet, fresh] = await Promise.all([startDevnet({ seed: 1, blockMs: "manual", simulator: false, competitor: false }), freshDatabase()]);
	client = await connectChain(devnet.chain, { wsUrl: null });
	// Lists are read where a reorg does not reach.
	await devnet.mine(2);
});
afterAll(async () => {
	client?.close();
	await Promise.all([devnet?.close(), fresh?.close()]);
});

const named = (pools: readonly { readonly address: string; readonly family: string }[]): readonly string[] =>
	pools.map(({ address, family }) => `${family} ${address}`).sort();

it.each([false, true])(
	"all pools of the devnet are found from the factories alone, under their families, and may be searched (unlisted ones stored: %s)",
	async (storesUnlistedPools) => {
		await fresh.db.pool.query("truncate pools, tokens, discovery_cursors");
		const chain = { ...devnet.chain, storesUnlistedPools };
		const refused: string[] = [];
		const arrivals = new Arrivals({
			...{ db: fresh.db, client, chain },
			onToken: ({ row, verdict }) => void (verdict.exclusion === null || refused.push(`${row.symbol}: ${verdict.exclusion.sentence}`)),
		});
		const pools = await arrivals.ready(await client.head());
		expect(refused).toEqual([]);
		expect(named(pools)).toEqual(named(devnet.deployment.pools));
		expect(new Set(pools.map(({ family }) => family)).size).toBe(11);
		expect((await readPools(fresh.db, chain.chainId)).filter(({ allowed }) => !allowed)).toEqual([]);
		const states = await arrivals.states({ pools, blockHash: (await client.head()).hash });
		expect(states.size).toBe(pools.length);
	},
);
