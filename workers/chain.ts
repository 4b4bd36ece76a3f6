import { parseArgs } from "node:util";
import { readSettings } from "../config/settings.ts";
import { openChainWorker } from "./chain-worker.ts";
import { installRuntime, openLog } from "./log.ts";
import { announceReady, runProcess, stopSignal } from "./process.ts";

/** `node workers/chain.ts [--chain <id | name>]`: the chain worker of one chain; `--chain` may be left out where only one is configured. */
const settings = readSettings(process.env);
const { values } = parseArgs({ options: { chain: { type: "string" } } });
const log = openLog(settings, "chain");
installRuntime(log, settings.LOG_LEVEL);
await runProcess(log, async () => {
	const signal = stopSignal();
	const worker = await openChainWorker(settings, log, { chain: values.chain });
	announceReady({ chainId: worker.chainId, taskQueue: worker.taskQueue });
	await worker.run(signal);
});
