import { join, resolve } from "node:path";

/** The repository's root. */
export const ROOT = resolve(import.meta.dirname, "..");

/** Fetched programs, built bundles: may be deleted at any time. */
export const CACHE = join(ROOT, ".cache");

/** Records of the servers that test runs start. */
export const TEST_RUN_RECORDS = join(CACHE, "test-run");
