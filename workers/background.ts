import { readSettings } from "../config/settings.ts";
import { openBackgroundWorker } from "./background-worker.ts";
import { installRuntime, openLog } from "./log.ts";
import { announceReady, runProcess, stopSignal } from "./process.ts";

const settings = readSettings(process.env);
const log = openLog(settings, "background");
installRuntime(log, settings.LOG_LEVEL);
await runProcess(log, async () => {
	const signal = stopSignal();
	const worker = await openBackgroundWorker(settings, log);
	announceReady({ taskQueue: worker.taskQueue });
	await worker.run(signal);
});
