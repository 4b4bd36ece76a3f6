import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { Command, InvalidArgumentError } from "commander";
import { type Database, openDatabase } from "../db/connection.ts";
import { engageKillSwitch, releaseKillSwitch } from "../db/control.ts";
import { readSamples } from "../db/samples.ts";
import { ArbError } from "../domain/errors.ts";
import { epochWorkflowId } from "../domain/workflow-ids.ts";
import { FEATURE_SCHEMA } from "../models/features.ts";
import type { PublishedEpoch } from "../workflows/messages.ts";
import type { Diagnosis, DoctorOptions } from "./doctor.ts";
import { commandChains, commandSettings } from "./environment.ts";
import { fetchHistory } from "./history.ts";
import { linesOf, verifyBooks } from "./reconcile.ts";
import { replayCommand } from "./replay.ts";
import type { SearchOptions } from "./search.ts";
import type { InspectOptions } from "./tokens.ts";

const print = (line: string): void => {
	process.stdout.write(`${line}\n`);
};

const ONE_CHAIN = "only this chain; every configured one where absent";
const POOL_SCHEMA = join(import.meta.dirname, "../rust-wasm/pool-schema.json");

const program = new Command("arb").description("Quant Arbitrage System: look at it, replay it, stop it.").showHelpAfterError();

program
	.command("replay")
	.description("run a finished execution's history under the current code, then take its decisions again from the recorded facts")
	.argument("<workflowId | file.json>", "an execution of the running system, or a saved history")
	.option("--history-only", "only the history, not the decisions")
	.option("--json", "one JSON object")
	.action(async (target: string, options: { historyOnly?: boolean; json?: boolean }) => {
		if (!(await replayCommand(target, options))) process.exitCode = 1;
	});

program
	.command("history")
	.description("save an execution's history as a file that `arb replay` reads")
	.argument("<workflowId>")
	.requiredOption("--out <file>", "where to")
	.action(async (workflowId: string, { out }: { out: string }) => {
		await withTemporal(async (client) => {
			const { history } = await fetchHistory(client, workflowId);
			writeFileSync(out, `${historyToJSON(history)}\n`);
			print(`${history.events?.length ?? 0} events of ${workflowId} written to ${out}`);
		});
	});

const ledger = program.command("ledger").description("the books");
ledger
	.command("verify")
	.description("check the hash chain, that debits equal credits, and that the chain's balances equal the ledger's")
	.option("--chain <id | name>", ONE_CHAIN)
	.option("--json", "one JSON object")
	.action(async (options: { chain?: string; json?: boolean }) => {
		const chains = commandChains(options.chain);
		await withDatabase(async (db) => {
			const books = await Promise.all(chains.map((chain) => verifyBooks(db, chain)));
			if (options.json === true) print(JSON.stringify({ isGood: books.every((book) => book.isGood), chains: books }));
			else for (const line of books.flatMap(linesOf)) print(line);
			if (books.some(({ isGood }) => !isGood)) process.exitCode = 1;
		});
	});

const samples = program.command("samples").description("labelled lifecycles for training");
samples
	.command("export")
	.description("write every labelled lifecycle as a line of JSON")
	.requiredOption("--out <file>", "where to")
	.option("--chain <id | name>", ONE_CHAIN)
	.action(async ({ out, chain }: { out: string; chain?: string }) => {
		const chains = commandChains(chain);
		await withDatabase(async (db) => {
			const read = ({ chainId }: { readonly chainId: number }) => readSamples(db, { chainId, featureVersion: FEATURE_SCHEMA.version });
			const rows = (await Promise.all(chains.map(read))).flat();
			writeFileSync(out, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
			print(`${rows.length} samples written to ${out}`);
		});
	});

const epoch = program.command("epoch").description("reward epochs");
epoch
	.command("close")
	.description("close the open epoch and publish its root")
	.option("--chain <id | name>", ONE_CHAIN)
	.action(async (options: { chain?: string }) => {
		const chains = commandChains(options.chain);
		await withTemporal(async (client) => {
			const args: [{ key: string }] = [{ key: String(Date.now()) }];
			const closing = chains.map(async ({ name, chainId }) => {
				const actor = client.workflow.getHandle(epochWorkflowId(chainId));
				const published = await actor.executeUpdate<PublishedEpoch | null, [{ key: string }]>("closeEpoch", { args });
				print(
					published === null
						? `${name}: nothing has accrued since the last epoch`
						: `${name}: epoch ${published.epoch}: root ${published.root}, ${published.transactionHash}`,
				);
			});
			for (const closed of await Promise.allSettled(closing)) if (closed.status === "rejected") throw closed.reason;
		});
	});

program
	.command("kill-switch")
	.description("stop (on) or allow (off) every claim and broadcast; `on` returns when none is in flight")
	.argument("<on | off>")
	.option("--chain <id | name>", "only this chain; all of them where absent")
	.action(async (position: string, options: { chain?: string }) => {
		if (position !== "on" && position !== "off") {
			throw new ArbError({ code: "invalid_input", message: `kill-switch: "${position}" is neither on nor off`, retryable: false });
		}
		// All: those that have a control row, whether or not they are configured here.
		const [chosen] = options.chain === undefined ? [] : commandChains(options.chain);
		await withDatabase(async (db) => {
			const changed = await (position === "on" ? engageKillSwitch : releaseKillSwitch)(db, chosen?.chainId ?? "all");
			const which = `chain ${changed.join(", ")}`;
			print(position === "on" ? `stopped: no claim or broadcast is in flight on ${which}` : `released: ${which}`);
		});
	});

program
	.command("quote")
	.description(
		"exact outputs for a file of pool states and inputs, one JSON object a line; a line that cannot be answered gets an error, the rest go on",
	)
	.requiredOption("--file <cases.jsonl>", 'lines {"pool": STATE, "tokenIn", "tokenOut", "amountIn"}; .gz is unpacked, - is standard input')
	.option("--experimental", "families that are not proven against their contracts as well")
	.action(async ({ file, ...options }: { file: string; experimental?: boolean }) => {
		const { quoteCommand } = await import("./quote.ts");
		if (!(await quoteCommand(file, options))) process.exitCode = 1;
	});

program
	.command("golden")
	.description("check the engine against recorded answers of real contracts: vets a new pool type")
	.argument("<file...>", "JSON lines, plain or .gz")
	.option("--json", "one JSON object")
	.action(async (files: readonly string[], options: { json?: boolean }) => {
		const { goldenCommand } = await import("./golden.ts");
		if (!(await goldenCommand(files, options))) process.exitCode = 1;
	});

program
	.command("search")
	.description("every profitable cycle on the pool states of a file, best gross profit first")
	.requiredOption("--pools <file.jsonl>", "a state a line; .gz is unpacked, - is standard input")
	.requiredOption("--start <token...>", "tokens to start from and end in")
	.option("--max-hops <n>", "2, 3 or 4", readMaxHops, 3)
	.option("--top <k>", "at most this many", readCount)
	.option("--count", "only their number")
	.option("--experimental", "pools of families that are not proven against their contracts as well")
	.option("--exact", "the size that earns most, not one within a billionth or a base unit of the coarsest token; slower")
	.option("--json", "a JSON object for each")
	.action(async (options: SearchOptions) => {
		const { searchCommand } = await import("./search.ts");
		if (!(await searchCommand(options))) process.exitCode = 1;
	});

program
	.command("tokens")
	.description("the tokens that routes may use")
	.command("inspect")
	.description("try a token out by simulated transfers at the head and say whether routes may use it; ends with 1 where they may not")
	.argument("<address>")
	.option(
		"--chain <id | name | file.json>",
		"a chain of the running system, or a file of settings; the first of the running system where absent",
	)
	.option("--holder <address...>", "accounts that hold some of it, beside its pools with the chain's tokens")
	.option("--json", "one JSON object")
	.action(async (address: string, options: InspectOptions) => {
		const { inspectCommand } = await import("./tokens.ts");
		if (!(await inspectCommand(address, options, print))) process.exitCode = 1;
	});

program
	.command("schema")
	.description("print the JSON Schema of what the commands take")
	.argument("<pool>", "the state of a pool, of every family")
	.action((what: string) => {
		if (what !== "pool") throw new ArbError({ code: "invalid_input", message: `schema: "${what}" is not pool`, retryable: false });
		print(readFileSync(POOL_SCHEMA, "utf8").trimEnd());
	});

const dexes = program.command("dexes").description("the registry of dex deployments");
dexes
	.command("list")
	.description("every dex, on which chain, of which family, whether this engine trades on it, and where its addresses were read")
	.option("--chain <id | name>", "only this chain: one of the registry, or one of CHAIN_FILE with the dexes that its file has of its own")
	.option("--json", "one JSON array")
	.action(async (options: { chain?: string; json?: boolean }) => {
		const { dexesList } = await import("./dexes.ts");
		print(dexesList(options));
	});

const doctor = program.command("doctor").description("hold what is written down against a node");
doctor
	.command("registry")
	.description("check that every contract of a chain's registry and chain file exists, derives its known pool, and answers as its row says")
	.requiredOption("--chain <id | name>", "a chain of the registry, or one of CHAIN_FILE")
	.option("--rpc-url <url>", "another node than that of CHAIN_FILE")
	.option("--json", "one JSON object")
	.action(async (options: DoctorOptions) => {
		const { doctorRegistry } = await import("./doctor.ts");
		report(await doctorRegistry(options));
	});
doctor
	.command("chain")
	.description("try on a chain's EVM what the executor needs: transient storage, MCOPY, PUSH0; say which variant of it runs there")
	.option("--chain <id | name>", "a chain of the registry or of CHAIN_FILE; the first of CHAIN_FILE where absent")
	.option("--rpc-url <url>", "another node than that of CHAIN_FILE")
	.option("--json", "one JSON object")
	.action(async (options: DoctorOptions) => {
		const { doctorChain } = await import("./doctor.ts");
		report(await doctorChain(options));
	});

function report({ text, isGood }: Diagnosis): void {
	print(text);
	if (!isGood) process.exitCode = 1;
}

function readMaxHops(text: string): 2 | 3 | 4 {
	const hops = Number(text);
	if (hops === 2 || hops === 3 || hops === 4) return hops;
	throw new InvalidArgumentError("must be 2, 3 or 4.");
}

function readCount(text: string): number {
	const count = Number(text);
	if (Number.isInteger(count) && count > 0) return count;
	throw new InvalidArgumentError("must be a whole number above 0.");
}

async function withDatabase(work: (db: Database) => Promise<void>): Promise<void> {
	await using db = openDatabase(commandSettings().DATABASE_URL);
	await work(db);
}

async function withTemporal(work: (client: Client) => Promise<void>): Promise<void> {
	const settings = commandSettings();
	const connection = await Connection.connect({ address: settings.TEMPORAL_ADDRESS });
	try {
		await work(new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE }));
	} finally {
		await connection.close();
	}
}

try {
	await program.parseAsync();
} catch (error) {
	process.stderr.write(`arb: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
}
