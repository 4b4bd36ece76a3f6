import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { assertIntegrity, assertSupported, runtimePin } from "./runtime.mjs";

const debian = { platform: "linux", arch: "x64", isMusl: false, nodeMajor: 20 };

describe("the pinned runtime", () => {
	it.each([
		[{ ...debian, platform: "win32" }, /Windows is not supported/],
		[{ ...debian, isMusl: true }, /musl \(Alpine\) is not supported/],
		[{ ...debian, nodeMajor: 18 }, /Node 18 is too old/],
		[{ ...debian, platform: "darwin" }, /darwin-x64 is not supported/],
		[{ ...debian, arch: "riscv64" }, /linux-riscv64 is not supported/],
	])("refuses %o with a clear line", (machine, message) => {
		expect(() => assertSupported(machine)).toThrow(message);
	});

	it.each([debian, { ...debian, arch: "arm64" }, { ...debian, platform: "darwin", arch: "arm64" }])("takes %o", (machine) => {
		expect(() => assertSupported(machine)).not.toThrow();
	});

	it.each(["linux-x64", "linux-arm64", "darwin-arm64"])("is Node 26 with a sha512 in the lockfile on %s", (platform) => {
		expect(runtimePin(platform)).toMatchObject({ version: expect.stringMatching(/^26\./), integrity: expect.stringMatching(/^sha512-/) });
	});

	it("is not installed from an archive that differs by one byte", () => {
		const bytes = Buffer.from("an archive");
		const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
		expect(() => assertIntegrity({ name: "node.tgz", bytes, integrity })).not.toThrow();
		expect(() => assertIntegrity({ name: "node.tgz", bytes: Buffer.from("an archivf"), integrity })).toThrow(/it was not installed/);
	});
});
