import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort, isPortFree } from "./port.ts";
import { planPorts } from "./port-plan.ts";
import { type Ports, parseStartArguments } from "./start-options.ts";

const wanted = (ports: Partial<Record<keyof Ports, number | "free">> = {}) => {
	const parsed = parseStartArguments([]);
	if (parsed.kind !== "start") throw new Error("no arguments mean start");
	return { ...parsed.ports, ...ports };
};

describe("the options of npm start", () => {
	it("have defaults", () => {
		expect(parseStartArguments([])).toMatchObject({ options: { isFresh: false, withCompetitor: false, settle: null, seed: 1, chains: 3 } });
	});

	it("are read as given", () => {
		const parsed = parseStartArguments(["--fresh", "--settle", "3", "--competitor", "--seed", "42", "--chains", "1", "--api-port", "9000"]);
		expect(parsed).toMatchObject({
			options: { isFresh: true, withCompetitor: true, settle: 3, seed: 42, chains: 1 },
			ports: { api: 9000, rpc: "default" },
		});
	});

	it.each([
		[["--settle", "three"], /--settle takes a whole number/],
		[["--chains", "4"], /--chains takes a whole number from 1 to 3/],
		[["--settle", "0"], /--settle takes a whole number from 1/],
		[["--api-port", "70000"], /--api-port takes a whole number from 1 to 65535/],
		[["--frsh"], /--frsh/],
		[["extra"], /extra/],
	])("refuse %o by name", (argv, message) => {
		expect(() => parseStartArguments(argv)).toThrow(message);
	});
});

describe("the plan of ports", () => {
	it("takes the defaults where they are free", async () => {
		const ports = await planPorts({ wanted: wanted(), isFree: async () => true, freePort: async () => 1, unused: [] });
		expect(ports).toEqual({
			...{ api: 8080, temporal: 7233, temporalUi: 8233, postgres: 54329 },
			...{ rpc: 8545, relay: 8547, fastRpc: 8645, fastRelay: 8647, slowRpc: 8745, slowRelay: 8747 },
		});
	});

	it("names a busy port and offers the flag with a port that is free", async () => {
		const server = createServer();
		const port = await new Promise<number>((resolve) =>
			server.listen({ port: 0, host: "127.0.0.1" }, () => resolve((server.address() as { port: number }).port)),
		);
		const all = wanted({ api: port, temporal: "free", temporalUi: "free", rpc: "free", relay: "free", postgres: "free" });
		const unused = ["fastRpc", "fastRelay", "slowRpc", "slowRelay"] as const;
		const plan = planPorts({ wanted: all, isFree: isPortFree, freePort, unused });
		await expect(plan).rejects.toThrow(
			new RegExp(`port ${port} for the API and the dashboard is in use. Free instead: npm start -- --api-port \\d+$`),
		);
		await new Promise((resolve) => server.close(resolve));
		expect(await isPortFree(port)).toBe(true);
	});

	it("refuses one port for two servers", async () => {
		const plan = planPorts({
			wanted: wanted({ rpc: 9000, relay: 9000 }),
			isFree: async () => true,
			freePort: async () => 9001,
			unused: [],
		});
		await expect(plan).rejects.toThrow(
			/port 9000 for the relay of chain devnet is also asked for by the RPC of chain devnet.*--relay-port 9001/,
		);
	});

	it("does not look at ports that nothing will listen on", async () => {
		const isFree = async (port: number) => port !== 7233 && port !== 8233;
		await expect(
			planPorts({ wanted: wanted(), isFree, freePort: async () => 1, unused: ["temporal", "temporalUi"] }),
		).resolves.toBeDefined();
	});
});
