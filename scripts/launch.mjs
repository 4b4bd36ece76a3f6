// `node scripts/launch.mjs FILE ARGUMENT…`: runs a file under the pinned Node, with our terminal, our signals and its exit code. Plain JavaScript for Node 20.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { runtimeEnvironment, runtimePath } from "./runtime.mjs";

const node = runtimePath();
if (node === null) {
	process.stderr.write("Node 26 is not set up yet; run `node scripts/set-up.mjs`\n");
	process.exit(1);
}
const env = runtimeEnvironment(node);
// npm takes a SIGKILL or SIGHUP without a word to us: whoever must not outlive it watches it by this number.
if (process.env.npm_lifecycle_event !== undefined) env.ARB_STARTER_PID = String(process.ppid);
const child = spawn(node, process.argv.slice(2), { stdio: "inherit", env });
// Ctrl-C reaches the child by the terminal too; it takes the second one for the first.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.once("error", (error) => {
	process.stderr.write(`${node} cannot be started: ${error.message}\n`);
	process.exit(1);
});
child.once("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
