import { parseArgs } from "node:util";
import { ArbError, messageOf } from "../domain/errors.ts";

export interface Ports {
	readonly api: number;
	readonly temporal: number;
	readonly temporalUi: number;
	readonly rpc: number;
	readonly relay: number;
	readonly postgres: number;
}

export interface StartOptions {
	readonly isFresh: boolean;
	readonly withCompetitor: boolean;
	/** Stop after that many settled lifecycles; `null`: run until told to stop. */
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
	rpc: { flag: "rpc-port", default: 8545, what: "the chain's RPC" },
	relay: { flag: "relay-port", default: 8547, what: "the relay" },
	postgres: { flag: "postgres-port", default: 54329, what: "PostgreSQL" },
};
const PORT_NAMES = Object.keys(PORT_FLAGS) as (keyof Ports)[];

export const USAGE = `npm start -- [options]

  --fresh               wipe .data/ first: chain, database, Temporal state
  --settle N            stop after N settled lifecycles, print their profits and links, exit 0
  --settle-limit S      give up on --settle after S seconds (default 600)
  --competitor          switch on the competing searcher
  --seed N              seed of the devnet's market (default 1)
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
			postgres: port("postgres"),
		},
	};
}

function parse(argv: readonly string[]): Readonly<Record<string, unknown>> {
	const flags = ["fresh", "competitor", "help", "free-ports"].map((name) => [name, { type: "boolean" }] as const);
	const withValue = ["settle", "settle-limit", "seed", ...PORT_NAMES.map((name) => PORT_FLAGS[name].flag)].map(
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
