import { existsSync, readFileSync, writeFileSync } from "node:fs";
import pg from "pg";
import { ArbError } from "../domain/errors.ts";

/** The genesis hash that each store was filled under; `null` where it is new. */
export interface StoreGenesis {
	readonly database: string | null;
	readonly temporal: string | null;
}

/**
 * Chain, database and Temporal state belong together: lifecycles of one chain mean nothing on another.
 *
 * @throws ArbError `conflict` that names both hashes and `--fresh`.
 */
export function assertOneGenesis(of: { readonly chain: string; readonly stores: StoreGenesis }): void {
	const { database, temporal } = of.stores;
	if (database === temporal && (database === null || database === of.chain)) return;
	const name = (hash: string | null) => hash ?? "none yet";
	throw new ArbError({
		code: "conflict",
		message: `the state in .data/ is of different chains: the chain has genesis ${of.chain}, the database ${name(database)}, Temporal ${name(temporal)}; use --fresh to start over`,
		retryable: false,
	});
}

const COMMENT = /^genesis (0x[0-9a-f]{64})$/;

/**
 * Compares the stores' genesis with the chain's and writes it into new ones: as the comment on the database, and in a file beside Temporal's.
 *
 * @throws ArbError `conflict`, see {@link assertOneGenesis}.
 */
export async function bindStores(of: {
	readonly chain: string;
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
		assertOneGenesis({ chain: of.chain, stores: { database, temporal } });
		if (temporal !== null) return;
		const { database: name = "" } = client;
		await client.query(`comment on database ${client.escapeIdentifier(name)} is ${client.escapeLiteral(`genesis ${of.chain}`)}`);
		writeFileSync(of.temporalFile, of.chain);
	} finally {
		await client.end();
	}
}
