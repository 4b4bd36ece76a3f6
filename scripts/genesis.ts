import { existsSync, readFileSync, writeFileSync } from "node:fs";
import pg from "pg";
import { ArbError } from "../domain/errors.ts";

/** A chain by what no other chain shares with it. */
export interface ChainGenesis {
	readonly chainId: number;
	readonly genesisHash: string;
}

/** The chains that each store was filled under, as {@link writeGenesis} writes them; `null` where it is new. */
export interface StoreGenesis {
	readonly database: string | null;
	readonly temporal: string | null;
}

/** `31337 0x…, 31338 0x…`, by chain id. */
export function writeGenesis(chains: readonly ChainGenesis[]): string {
	return chains
		.toSorted((a, b) => a.chainId - b.chainId)
		.map(({ chainId, genesisHash }) => `${chainId} ${genesisHash}`)
		.join(", ");
}

function readGenesis(text: string): readonly ChainGenesis[] {
	return [...text.matchAll(/(\d+) (0x[0-9a-f]{64})/g)].map(([, chainId = "", genesisHash = ""]) => ({
		chainId: Number(chainId),
		genesisHash,
	}));
}

/**
 * Chains, database and Temporal state belong together: lifecycles of one chain mean nothing on another. A chain that the stores have not seen may join; one
 * that does not run this time stays theirs.
 *
 * @returns the chains of the stores from now on.
 * @throws ArbError `conflict` that names what differs, and `--fresh`.
 */
export function assertOneGenesis(of: { readonly chains: readonly ChainGenesis[]; readonly stores: StoreGenesis }): readonly ChainGenesis[] {
	const { database, temporal } = of.stores;
	const refuse = (what: string): never => {
		throw new ArbError({
			code: "conflict",
			message: `the state in .data/ is of different chains: ${what}; use --fresh to start over`,
			retryable: false,
		});
	};
	if (database !== temporal) refuse(`the database is of ${database ?? "none yet"}, Temporal of ${temporal ?? "none yet"}`);
	const known = new Map(readGenesis(database ?? "").map(({ chainId, genesisHash }) => [chainId, genesisHash]));
	for (const { chainId, genesisHash } of of.chains) {
		const before = known.get(chainId) ?? genesisHash;
		if (before !== genesisHash) refuse(`chain ${chainId} has genesis ${genesisHash}, database and Temporal know it with ${before}`);
		known.set(chainId, genesisHash);
	}
	return [...known].map(([chainId, genesisHash]) => ({ chainId, genesisHash }));
}

const COMMENT = /^genesis (.+)$/;

/**
 * Compares the stores' chains with the running ones and writes down those that are new: as the comment on the database, and in a file beside Temporal's.
 *
 * @throws ArbError `conflict`, see {@link assertOneGenesis}.
 */
export async function bindStores(of: {
	readonly chains: readonly ChainGenesis[];
	readonly databaseUrl: string;
	readonly temporalFile: string;
}): Promise<void> {
	const client = new pg.Client({ connectionString: of.databaseUrl });
	await client.connect();
	try {
		const { rows } = await client.query<{ comment: string | null }>(
			"select shobj_description(oid, 'pg_database') as comment from pg_database where datname = current_database()",
		);
		const database = COMMENT.exec(rows[0]?.comment ?? "")?.[1] ?? null;
		const temporal = existsSync(of.temporalFile) ? readFileSync(of.temporalFile, "utf8") : null;
		const genesis = writeGenesis(assertOneGenesis({ chains: of.chains, stores: { database, temporal } }));
		if (genesis === temporal) return;
		const { database: name = "" } = client;
		await client.query(`comment on database ${client.escapeIdentifier(name)} is ${client.escapeLiteral(`genesis ${genesis}`)}`);
		writeFileSync(of.temporalFile, genesis);
	} finally {
		await client.end();
	}
}
