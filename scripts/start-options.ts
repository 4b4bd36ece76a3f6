import { parseArgs } from "node:util";
import { ArbError, messageOf } from "../domain/errors.ts";

export interface Ports {
	readonly api: number;
	readonly temporal: number;
	readonly temporalUi: number;
	readonly rpc: number;
	readonly relay: number;
	readonly fastRpc: number;
	readonly fastRelay: number;
	readonly slowRpc: number;
	readonly slowRelay: number;
	readonly postgres: number;
}

export interface StartOptions {
	readonly isFresh: boolean;
	readonly withCompetitor: boolean;
	/** How many of the local chains run, from the first on. */
	readonly chains: number;
	/** Stop after that many settled lifecycles of all chains together; `null`: run until told to stop. */
	readonly settle: number | null;
	readonly settleLimitSeconds: number;
	readonly seed: number;
	readonly ports: Ports;
}

/** Flag, default and what listens there. */
export const PORT_FLAGS: Readonly<Record<keyof Ports, { readonly flag: string; readonly default: number; readonly what: string }>> = {
	api: { flag: "api-port", default: 8080, what: "the API and the dashboard" },
	temporal: { flag: "temporal-port", default: 7233, what: "the Temporal server" },
	temporalUi: { flag: "temporal-ui-port", default: 8233, what: "Temporal UI" },
	rpc: { flag: "rpc-port", default: 8545, what: "the RPC of chain devnet" },
	relay: { flag: "relay-port", default: 8547, what: "the relay of chain devnet" },
	fastRpc: { flag: "fast-rpc-port", default: 8645, what: "the RPC of chain devnet-fast" },
	fastRelay: { flag: "fast-relay-port", default: 8647, what: "the relay of chain devnet-fast" },
	slowRpc: { flag: "slow-rpc-port", default: 8745, what: "the RPC of chain devnet-slow" },
	slowRelay: { flag: "slow-relay-port", default: 8747, what: "the relay of chain devnet-slow" },
	postgres: { flag: "postgres-port", default: 54329, what: "PostgreSQL" },
};
const PORT_NAMES = Object.keys(PORT_FLAGS) as (keyof Ports)[];

/** The ports of each local chain, in the order of `DEVNET_CHAINS`. */
export const CHAIN_PORTS = [
	{ rpc: "rpc", relay: "relay" },
	{ rpc: "fastRpc", relay: "fastRelay" },
	{ rpc: "slowRpc", relay: "slowRelay" },
] as const satisfies readonly { readonly rpc: keyof Ports; readonly relay: keyof Ports }[];

export const USAGE = `npm start -- [options]

  --fresh               wipe .data/ first: chains, database, Temporal state
  --chains N            how many local chains run: 1 is devnet (blocks of 1 s), 2 adds devnet-fast (250 ms), 3 adds devnet-slow (4 s) (default 3)
  --settle N            stop after N settled lifecycles, on whichever chains, print their profits and links, exit 0
  --settle-limit S      give up on --settle after S seconds (default 600)
  --competitor          switch on the competing searcher, on chain devnet
  --seed N              seed of the first chain's market; the others take the numbers after it (default 1)
${PORT_NAMES.map((name) => `  --${`${PORT_FLAGS[name].flag} P`.padEnd(20)}port of ${PORT_FLAGS[name].what} (default ${PORT_FLAGS[name].default})`).join("\n")}
  --free-ports          take a free port for each that is not given
  --help                show this`;

export type ParsedArguments =
	| { readonly kind: "help" }
	| {
			readonly kind: "start";
			readonly options: Omit<StartOptions, "ports">;
			readonly ports: Readonly<Record<keyof Ports, number | "default" | "free">>;
	  };

/**
 * Reads the command line of `npm start`.
 *
 * @throws ArbError `invalid_input` that names the flag.
 */
export function parseStartArguments(argv: readonly string[]): ParsedArguments {
	const values = parse(argv);
	if (values.help === true) return { kind: "help" };
	const number = (flag: string, min: number, max: number): number | null => {
		const text = values[flag];
		if (text === undefined) return null;
		const value = Number(text);
		if (typeof text === "string" && /^[0-9]+$/.test(text) && value >= min && value <= max) return value;
		throw invalid(`--${flag} takes a whole number from ${min} to ${max}, not "${text}"`);
	};
	const otherwise = values["free-ports"] === true ? "free" : "default";
	const port = (name: keyof Ports) => number(PORT_FLAGS[name].flag, 1, 65_535) ?? otherwise;
	return {
		kind: "start",
		options: {
			isFresh: values.fresh === true,
			withCompetitor: values.competitor === true,
			chains: number("chains", 1, CHAIN_PORTS.length) ?? CHAIN_PORTS.length,
			settle: number("settle", 1, 1_000_000),
			settleLimitSeconds: number("settle-limit", 1, 1_000_000) ?? 600,
			seed: number("seed", 0, 2 ** 32 - 1) ?? 1,
		},
		ports: {
			api: port("api"),
			temporal: port("temporal"),
			temporalUi: port("temporalUi"),
			rpc: port("rpc"),
			relay: port("relay"),
			fastRpc: port("fastRpc"),
			fastRelay: port("fastRelay"),
			slowRpc: port("slowRpc"),
			slowRelay: port("slowRelay"),
			postgres: port("postgres"),
		},
	};
}

function parse(argv: readonly string[]): Readonly<Record<string, unknown>> {
	const flags = ["fresh", "competitor", "help", "free-ports"].map((name) => [name, { type: "boolean" }] as const);
	const withValue = ["chains", "settle", "settle-limit", "seed", ...PORT_NAMES.map((name) => PORT_FLAGS[name].flag)].map(
		(name) => [name, { type: "string" }] as const,
	);
	try {
		return parseArgs({ args: [...argv], options: Object.fromEntries([...flags, ...withValue]), strict: true }).values;
	} catch (error) {
		throw invalid(messageOf(error));
	}
}

function invalid(what: string): ArbError {
	return new ArbError({ code: "invalid_input", message: `${what}; \`npm start -- --help\` lists the options`, retryable: false });
}
