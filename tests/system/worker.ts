import type { Checkpoint } from "../../activities/checkpoint.ts";
import { readSettings } from "../../config/settings.ts";
import { openChainWorker } from "../../workers/chain-worker.ts";
import { installRuntime, openLog } from "../../workers/log.ts";
import { announceReady, runProcess, stopSignal } from "../../workers/process.ts";

/** The chain worker of the tests: the real one, which sends itself a signal when it passes a checkpoint. */
const settings = readSettings(process.env);
const log = openLog(settings, "chain");
installRuntime(log, settings.LOG_LEVEL);
await runProcess(log, async () => {
	const signal = stopSignal();
	let isToStop = true;
	const worker = await openChainWorker(settings, log, {
		isWatching: process.env.TEST_WATCH === "1",
		checkpoint: (name: Checkpoint) => {
			if (name === process.env.TEST_KILL_AT) process.kill(process.pid, "SIGKILL");
			if (isToStop && name === process.env.TEST_STOP_AT) {
				isToStop = false;
				process.kill(process.pid, "SIGSTOP");
			}
		},
	});
	announceReady({ chainId: worker.chainId });
	await worker.run(signal);
});
