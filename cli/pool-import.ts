import { openDatabase } from "../db/connection.ts";
import { connectChain } from "../market/chain-client.ts";
import { importPools } from "../market/discovery/import.ts";
import { type BadLine, type ListedPool, PoolListReader } from "../market/discovery/listed-pool.ts";
import { commandSettings } from "./environment.ts";
import { readLines } from "./lines.ts";
import { chainToRead } from "./pool-discovery.ts";
import { ProgressBars } from "./progress-bar.ts";

const TIMEOUT_MS = 60_000;

/** `arb pools import`: true where every line was stored. */
export async function importCommand(
	file: string,
	options: { readonly chain: string; readonly dex?: string; readonly json?: boolean },
	print: (line: string) => void,
): Promise<boolean> {
	const chain = chainToRead(options.chain);
	const reader = new PoolListReader(options.dex);
	const listed: ListedPool[] = [];
	const bad: BadLine[] = [];
	for await (const { number, text } of readLines(file)) {
		const read = reader.read(number, text);
		if (read === null) continue;
		if ("why" in read) bad.push(read);
		else listed.push(read);
	}
	await using db = openDatabase(commandSettings().DATABASE_URL);
	const client = await connectChain(chain, { wsUrl: null, timeoutMs: TIMEOUT_MS });
	try {
		using bars = new ProgressBars();
		const imported = await importPools({ db, client, chain, listed, onProgress: (progress) => bars.show(progress) });
		const refused = [...bad, ...imported.refused].sort((a, b) => a.line - b.line);
		if (options.json === true)
			print(JSON.stringify({ stored: imported.stored, added: imported.added, searched: imported.searched, refused }));
		else {
			for (const { line, why } of refused) process.stderr.write(`line ${line}: ${why}\n`);
			print(
				`${imported.stored} pools confirmed, ${imported.added} of them new, ${imported.searched} may be searched; ${refused.length} lines refused`,
			);
		}
		return refused.length === 0;
	} finally {
		client.close();
	}
}
