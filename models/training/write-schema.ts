import { writeFileSync } from "node:fs";
import { FEATURE_SCHEMA } from "../features.ts";
import { CLASSES } from "../probability.ts";

/** The feature schema as Python reads it: `models/feature-schema.json`. */
export function schemaJson(): string {
	return `${JSON.stringify({ ...FEATURE_SCHEMA, classes: CLASSES }, null, "\t")}\n`;
}

if (import.meta.main) writeFileSync(new URL("../feature-schema.json", import.meta.url), schemaJson());
