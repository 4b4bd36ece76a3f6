import { inflateRawSync } from "node:zlib";
import { ArbError } from "../domain/errors.ts";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/**
 * Takes the one file whose path ends in `suffix` out of a zip archive (a Python wheel is one). Zip64 and encryption are not read.
 *
 * Layout: PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end of central directory).
 *
 * @throws ArbError `invalid_input` where the archive is cut off or holds no such file.
 */
export function zipEntry(of: { readonly archive: Buffer; readonly suffix: string }): Buffer {
	const { archive, suffix } = of;
	const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
	if (end < 0 || archive.readUInt32LE(end) !== END_OF_DIRECTORY) throw damaged("it has no central directory");
	const count = archive.readUInt16LE(end + 10);
	let at = archive.readUInt32LE(end + 16);
	for (let i = 0; i < count; i++) {
		if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw damaged(`directory entry ${i} is not one`);
		const method = archive.readUInt16LE(at + 10);
		const compressedSize = archive.readUInt32LE(at + 20);
		const nameLength = archive.readUInt16LE(at + 28);
		const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
		if (name.endsWith(suffix)) {
			const header = archive.readUInt32LE(at + 42);
			const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
			const data = archive.subarray(start, start + compressedSize);
			if (method === 0) return data;
			if (method === 8) return inflateRawSync(data);
			throw damaged(`${name} is packed with method ${method}; 0 and 8 are known`);
		}
		at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
	}
	throw damaged(`it holds no file that ends in ${suffix}`);
}

function damaged(what: string): ArbError {
	return new ArbError({ code: "invalid_input", message: `the zip archive cannot be used: ${what}; fetch it again`, retryable: false });
}
