import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEPLOYMENTS } from "../config/dexes/all.ts";
import { listed } from "../config/dexes/listing.ts";
import { engineFamilies } from "../rust-wasm/families.ts";
import { DEXES_PAGE, dexesPage } from "../scripts/dexes-page.ts";

const families = engineFamilies();
const rows = DEPLOYMENTS.map((row) => listed(row, families));
const dexes = (of: readonly { readonly dex: string }[]): Set<string> => new Set(of.map((row) => row.dex));
const chains = (of: readonly { readonly chainId: number }[]): Set<number> => new Set(of.map((row) => row.chainId));

describe("the registry with this engine", () => {
	it("lists at least 40 dexes on 8 chains", () => {
		expect(dexes(rows).size).toBeGreaterThanOrEqual(40);
		expect(chains(rows).size).toBe(8);
	});

	it("enables at least 30 dexes on at least 6 chains", () => {
		const enabled = rows.filter((row) => row.enabled);
		expect(dexes(enabled).size).toBeGreaterThanOrEqual(30);
		expect(chains(enabled).size).toBeGreaterThanOrEqual(6);
	});

	it("enables no dex whose family is not proven, and says why each other one is off", () => {
		for (const row of rows) {
			if (row.enabled) expect(families.get(row.family), row.dex).toBe("proven");
			else expect(row.reason.length, row.dex).toBeGreaterThan(10);
		}
	});

	it("switches a dex off as soon as its family is no longer proven", () => {
		const demoted = new Map([...families, ["uniswap-v3", "experimental"] as const]);
		const [row] = DEPLOYMENTS.filter(({ dex }) => dex === "uniswap-v3").map((each) => listed(each, demoted));
		expect(row).toMatchObject({ enabled: false, reason: expect.stringContaining("uniswap-v3 is experimental") });
	});

	it("is what docs/dexes.md shows", () => {
		expect(readFileSync(DEXES_PAGE, "utf8"), "run node scripts/dexes-page.ts").toBe(dexesPage());
	});
});
