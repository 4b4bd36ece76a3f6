import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { ArbError, messageOf } from "../../domain/errors.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
/** Higher levels take more time than they save bytes on what is mostly digits of random numbers; `docs/history.md` has the figures. */
const LEVEL = 3;
const PARAMS = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 };

/** Text, compressed with Zstandard (RFC 8878) off the main thread; with a checksum. */
export async function pack(text: string): Promise<Buffer> {
	return await compress(Buffer.from(text), { params: PARAMS });
}

/** @throws ArbError `invalid_input` for bytes that {@link pack} did not write, or that changed since. */
export async function unpack(packed: Buffer): Promise<string> {
	try {
		return (await decompress(packed)).toString();
	} catch (error) {
		throw new ArbError({
			code: "invalid_input",
			message: `${packed.length} stored bytes of the history cannot be read (${messageOf(error)}); delete the chain's history, it begins anew`,
			retryable: false,
			cause: error,
		});
	}
}
