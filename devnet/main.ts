import { parseArgs } from "node:util";
import { pino } from "pino";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";
import { DEVNET_CHAINS, devnetChain } from "./chains.ts";
import { startDevnet } from "./devnet.ts";

/**
 * One local chain as a process: prints one line of JSON when it is ready, logs to stderr, writes its state and ends on SIGTERM or SIGINT.
 *
 * `node devnet/main.ts --data-dir DIR --rpc-port P --relay-port R --seed S [--chain devnet] [--competitor] [--block-ms 1000]`
 */
const log = pino({ name: "devnet", level: process.env.LOG_LEVEL ?? "info" }, pino.destination(2));
const port = z.coerce.number().int().min(0).max(65_535);
const optionsSchema = z.object({
	"data-dir": z.string().min(1),
	"rpc-port": port,
	"relay-port": port,
	seed: z.coerce.number().int(),
	chain: z.string(),
	competitor: z.boolean(),
	"block-ms": z.coerce.number().int().min(50).optional(),
});

function readOptions(): z.output<typeof optionsSchema> {
	const { values } = parseArgs({
		options: {
			"data-dir": { type: "string" },
			"rpc-port": { type: "string", default: "8545" },
			"relay-port": { type: "string", default: "8546" },
			seed: { type: "string", default: "1" },
			chain: { type: "string", default: DEVNET_CHAINS[0].name },
			competitor: { type: "boolean", default: false },
			"block-ms": { type: "string" },
		},
	});
	const parsed = optionsSchema.safeParse(values);
	if (parsed.success) return parsed.data;
	const issues = parsed.error.issues.map((issue) => `--${issue.path.join(".")}: ${issue.message}`).join("; ");
	throw new ArbError({ code: "invalid_input", message: issues, retryable: false });
}

async function run(): Promise<number> {
	const options = readOptions();
	const stopped = new Promise<null>((resolve) => {
		for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(null));
	});
	const chain = devnetChain(options.chain);
	const devnet = await startDevnet({
		chain,
		dataDir: options["data-dir"],
		seed: options.seed,
		rpcPort: options["rpc-port"],
		relayPort: options["relay-port"],
		blockMs: options["block-ms"] ?? chain.blockMs,
		simulator: true,
		competitor: options.competitor,
		isPendingWatched: true,
		log,
	});
	const { chainFile, keysFile, rpcUrl, relayUrl } = devnet;
	process.stdout.write(`${JSON.stringify({ ready: true, chainFile, keysFile, rpcUrl, relayUrl })}\n`);
	const failure = await Promise.race([stopped, devnet.failed]);
	if (failure !== null) log.error(failure);
	await devnet.close();
	return failure === null ? 0 : 1;
}

try {
	process.exitCode = await run();
} catch (error) {
	log.error(messageOf(error));
	process.exitCode = 1;
}
