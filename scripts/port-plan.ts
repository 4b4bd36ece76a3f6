import { ArbError } from "../domain/errors.ts";
import { PORT_FLAGS, type Ports } from "./start-options.ts";

/**
 * Settles which port everything listens on.
 *
 * @throws ArbError `conflict` that names each busy port, what wants it, and the flag with a free port.
 */
export async function planPorts(of: {
	readonly wanted: Readonly<Record<keyof Ports, number | "default" | "free">>;
	readonly isFree: (port: number) => Promise<boolean>;
	readonly freePort: () => Promise<number>;
	/** Ports that nothing of ours will listen on this time. */
	readonly unused: readonly (keyof Ports)[];
}): Promise<Ports> {
	const busy: string[] = [];
	const flags: string[] = [];
	const taken = new Map<number, string>();
	const settle = async (name: keyof Ports): Promise<number> => {
		const { flag, what, default: usual } = PORT_FLAGS[name];
		const wanted = of.wanted[name];
		if (wanted === "free") return of.freePort();
		const port = wanted === "default" ? usual : wanted;
		if (of.unused.includes(name)) return port;
		const other = taken.get(port);
		taken.set(port, what);
		if (other === undefined && (await of.isFree(port))) return port;
		busy.push(`port ${port} for ${what} is ${other === undefined ? "in use" : `also asked for by ${other}`}`);
		flags.push(`--${flag} ${await of.freePort()}`);
		return port;
	};
	const ports = {
		api: await settle("api"),
		temporal: await settle("temporal"),
		temporalUi: await settle("temporalUi"),
		rpc: await settle("rpc"),
		relay: await settle("relay"),
		fastRpc: await settle("fastRpc"),
		fastRelay: await settle("fastRelay"),
		slowRpc: await settle("slowRpc"),
		slowRelay: await settle("slowRelay"),
		postgres: await settle("postgres"),
	};
	if (busy.length === 0) return ports;
	throw new ArbError({ code: "conflict", message: `${busy.join("; ")}. Free instead: npm start -- ${flags.join(" ")}`, retryable: false });
}
