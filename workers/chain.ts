import { readSettings } from "../config/settings.ts";
import { openChainWorker } from "./chain-worker.ts";
import { installRuntime, openLog } from "./log.ts";
import { announceReady, runProcess, stopSignal } from "./process.ts";

const settings = readSettings(process.env);
const log = openLog(settings, "chain");
installRuntime(log, settings.LOG_LEVEL);
await runProcess(log, async () => {
	const signal = stopSignal();
	const worker = await openChainWorker(settings, log);
	announceReady({ chainId: worker.chainId, taskQueue: worker.taskQueue });
	await worker.run(signal);
});
