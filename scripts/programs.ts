import { messageOf } from "../domain/errors.ts";
import { temporalProgram } from "./temporal-program.ts";
import { TEMPORAL, TEMPORAL_TEST_SERVER } from "./temporal-release.ts";

// `programs.ts NAME…`: finds or fetches the named programs, for the set-up.
const names = process.argv.slice(2);
try {
	for (const release of [TEMPORAL, TEMPORAL_TEST_SERVER].filter(({ program }) => names.includes(program))) {
		await temporalProgram(release, (line) => process.stderr.write(`set-up: ${line}\n`));
	}
} catch (error) {
	process.stderr.write(`set-up: ${messageOf(error)}\n`);
	process.exitCode = 1;
}
