import { engineModule } from "./module.ts";

/** Every family that the engine has mathematics for: proven against its contracts, or experimental and refused unless asked for. */
export function engineFamilies(): ReadonlyMap<string, "proven" | "experimental"> {
	const lines = engineModule().families().split("\n");
	return new Map(
		lines.map((line) => {
			const [name = "", level] = line.split(" ");
			return [name, level === "experimental" ? "experimental" : "proven"] as const;
		}),
	);
}
