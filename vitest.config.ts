import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["**/*.test.ts"],
		exclude: ["**/node_modules/**", ".data/**", ".cache/**", "ui/build/**"],
		globalSetup: ["tests/setup/global.ts"],
		testTimeout: 60_000,
		hookTimeout: 120_000,
		pool: "forks",
		maxWorkers: 2,
	},
});
