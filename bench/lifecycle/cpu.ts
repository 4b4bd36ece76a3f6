import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Clock ticks per second in `/proc/PID/stat`: USER_HZ, 100 on every Linux that Node runs on. */
const TICK_MS = 10;

interface ProcessTime {
	readonly pid: number;
	readonly parent: number;
	/** User and system time of the process and its ended children that it waited for, in milliseconds. */
	readonly cpuMs: number;
}

/** CPU time used so far, in milliseconds. */
export interface CpuUse {
	readonly server: number;
	readonly worker: number;
	/** PostgreSQL's main process and all its backends. */
	readonly database: number;
	/** The devnet's chain, its block builder and market, and the benchmark itself. */
	readonly devnet: number;
	/** Everything that ran on the machine, ours included. */
	readonly machine: number;
}

/** Reads what each part has used since it started. */
export function cpuUse(of: { readonly server: number; readonly worker: number; readonly database: number }): CpuUse {
	const processes = process.platform === "linux" ? processesOfProc() : processesOfPs();
	const server = treeMs(processes, of.server);
	const worker = treeMs(processes, of.worker);
	const database = treeMs(processes, of.database);
	const machine = cpus().reduce((sum, { times }) => sum + times.user + times.sys + times.nice + times.irq, 0);
	return { server, worker, database, devnet: treeMs(processes, process.pid) - server - worker - database, machine };
}

/** CPU time that a process and its children have used so far, in milliseconds. */
export function processCpuMs(pid: number): number {
	return treeMs(process.platform === "linux" ? processesOfProc() : processesOfPs(), pid);
}

function treeMs(processes: readonly ProcessTime[], root: number): number {
	const own = processes.find((each) => each.pid === root)?.cpuMs ?? 0;
	return processes.filter((each) => each.parent === root).reduce((sum, child) => sum + treeMs(processes, child.pid), own);
}

function processesOfProc(): readonly ProcessTime[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((name) => {
			let stat: string;
			try {
				stat = readFileSync(`/proc/${name}/stat`, "utf8");
			} catch {
				// It ended between the two looks.
				return [];
			}
			// proc_pid_stat(5), counted from the state after the command's closing parenthesis: ppid 1, utime to cstime 11 to 14.
			const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
			return [{ pid: Number(name), parent: Number(fields[1]), cpuMs: ticks * TICK_MS }];
		});
}

function processesOfPs(): readonly ProcessTime[] {
	const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,time="], { encoding: "utf8" }).trim().split("\n");
	return lines.map((line) => {
		const [pid, parent, time = "0"] = line.trim().split(/\s+/);
		return { pid: Number(pid), parent: Number(parent), cpuMs: psTimeMs(time) };
	});
}

/** `[[days-]hours:]minutes:seconds[.fraction]` as `ps` prints it. */
function psTimeMs(text: string): number {
	const [clock = "0", days = "0"] = text.split("-").reverse();
	return clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000 + Number(days) * 86_400_000;
}
