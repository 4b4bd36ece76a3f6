const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "2-digit" });

/** Local time of day; with the day where it is not today's. */
export function localTime(iso: string, nowMs: number): string {
	const at = new Date(iso);
	const isToday = at.toDateString() === new Date(nowMs).toDateString();
	return isToday ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

/** The tooltip of a time: UTC to the millisecond. */
export function utcTime(iso: string): string {
	return `${new Date(iso).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** `12 ms`, `1.4 s`, `3 min 20 s`. */
export function duration(ms: number): string {
	if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
	if (ms < 1_000) return `${Math.round(ms)} ms`;
	if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
	const seconds = Math.round(ms / 1_000);
	if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
	return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
