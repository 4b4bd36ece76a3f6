import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process, named so that a later process with the same number is not taken for it. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Linux: boot id and start time in ticks since boot. Elsewhere: `ps -o lstart`. Compared, never parsed. */
	readonly startedAt: string;
}

/** The identity of a running process, or `null` where none runs under that number. A zombie counts as ended. */
export function identityOf(pid: number): ProcessIdentity | null {
	if (process.platform !== "linux") return identityFromPs(pid);
	let stat: string;
	try {
		stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	} catch {
		// Gone between two looks, or never there: both mean that nothing runs under this number.
		return null;
	}
	// The command (field 2) is in parentheses and may hold spaces and parentheses itself; fields count on from the last one.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const state = fields[0];
	const startTicks = fields[19];
	if (state === "Z" || state === "X" || startTicks === undefined) return null;
	const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
	return { pid, startedAt: `${boot}/${startTicks}` };
}

function identityFromPs(pid: number): ProcessIdentity | null {
	try {
		const [state, ...started] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" })
			.trim()
			.split(/\s+/);
		if (state === undefined || state.startsWith("Z") || started.length === 0) return null;
		return { pid, startedAt: started.join(" ") };
	} catch {
		// `ps` exits 1 where no such process exists.
		return null;
	}
}

/** Does exactly this process still run? */
export function isRunning(identity: ProcessIdentity): boolean {
	return identityOf(identity.pid)?.startedAt === identity.startedAt;
}
