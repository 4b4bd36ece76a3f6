import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { ArbError, messageOf } from "../domain/errors.ts";

type EngineModule = typeof import("./pkg/arb_engine.js");

let loaded: EngineModule | null = null;
let memory: { readonly buffer: ArrayBuffer } | null = null;

/** Size of the module's memory, which all engines of this process share and which never shrinks; 0 before it is loaded. */
export function engineMemoryBytes(): number {
	return memory?.buffer.byteLength ?? 0;
}

/**
 * The compiled engine, loaded once per process and synchronously. `ARB_ENGINE_PKG` names another package directory than the committed one:
 * a rebuild with another compiler is tested that way.
 *
 * @throws ArbError `dependency_missing` that names the directory.
 */
export function engineModule(): EngineModule {
	if (loaded !== null) return loaded;
	const directory = resolve(process.env.ARB_ENGINE_PKG ?? join(import.meta.dirname, "pkg"));
	try {
		const glue = createRequire(import.meta.url)(join(directory, "arb_engine.js")) as EngineModule;
		memory = glue.initSync({ module: readFileSync(join(directory, "arb_engine_bg.wasm")) }).memory;
		loaded = glue;
	} catch (error) {
		throw new ArbError({
			code: "dependency_missing",
			message: `the engine package in ${directory} cannot be loaded (${messageOf(error)}); build it with scripts/build-wasm.sh`,
			retryable: false,
			cause: error,
		});
	}
	return loaded;
}
