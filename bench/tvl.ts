import { measureTvl } from "./market/tvl.ts";
import { runBench } from "./report.ts";

/** Values of pools. `npm run bench -- tvl [--json] [--write-docs]`; a few seconds. */
await runBench("tvl", async (signal) => measureTvl(signal));
