import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inlineScriptHashes, readDashboard } from "./dashboard/assets.ts";
import { dashboardRoutes } from "./dashboard/routes.ts";
import { allowedHostnames, foreignOrigin } from "./origin.ts";
import { type RunningApi, startApi } from "./testing/api.ts";

let api: RunningApi;

beforeAll(async () => {
	api = await startApi();
});
afterAll(() => api.close());

describe("the application", () => {
	it("documents every route in OpenAPI", async () => {
		const document = (await (await api.ask("/api/openapi.json")).json()) as { paths: Record<string, unknown> };
		expect(Object.keys(document.paths).toSorted()).toEqual([
			"/api/chains",
			"/api/chains/{chainId}/kill-switch",
			"/api/chains/{chainId}/pause",
			"/api/gaps",
			"/api/health",
			"/api/ledger",
			"/api/money",
			"/api/opportunities",
			"/api/opportunities/{id}",
			"/api/quarantines",
			"/api/rejections",
			"/api/stream",
			"/api/trades",
		]);
	});

	it("serves the interactive documentation from this machine alone", async () => {
		const page = await (await api.ask("/api/docs")).text();
		expect(page).not.toMatch(/https?:\/\//);
		for (const [, file] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
			expect((await api.ask(file ?? "")).status).toBe(200);
		}
		expect((await api.ask("/api/docs/package.json")).status).toBe(404);
	});

	it("answers an unknown address of the API with JSON, not with the dashboard", async () => {
		const response = await api.ask("/api/nothing");
		expect(response.status).toBe(404);
		expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
	});

	it("says how to build the dashboard where it is not built", async () => {
		const response = await api.ask("/");
		expect(response.status).toBe(503);
		expect(await response.text()).toContain("npx vite build");
	});

	it("refuses a request under another host name", async () => {
		const { port } = new URL(api.server.url);
		const status = await new Promise<number | undefined>((resolve, reject) => {
			const sent = request({ host: "127.0.0.1", port, path: "/api/chains", headers: { host: "evil.test" } }, (response) => {
				response.resume();
				resolve(response.statusCode);
			});
			sent.on("error", reject);
			sent.end();
		});
		expect(status).toBe(403);
	});

	it("sends no answer without its security headers", async () => {
		for (const path of ["/", "/api/chains", "/api/nothing"]) {
			const { headers } = await api.ask(path);
			expect(headers.get("content-security-policy")).toContain("script-src 'self'");
			expect(headers.get("x-content-type-options")).toBe("nosniff");
		}
	});
});

describe("the dashboard", () => {
	it("is served with its page for every address, hashed files for ever and the rest by ETag", async () => {
		const directory = api.dashboardDir;
		mkdirSync(join(directory, "_app/immutable"), { recursive: true });
		writeFileSync(join(directory, "index.html"), "<html><script>start()</script></html>");
		writeFileSync(join(directory, "_app/immutable/a.js"), "let a;");
		const app = dashboardRoutes(readDashboard(directory));
		const page = await app.request("/opportunities/arb-1");
		expect(await page.text()).toContain("start()");
		const etag = page.headers.get("etag") ?? "";
		expect((await app.request("/trades", { headers: { "if-none-match": etag } })).status).toBe(304);
		expect((await app.request("/_app/immutable/a.js")).headers.get("cache-control")).toContain("immutable");
		expect((await app.request("/_app/immutable/gone.js")).status).toBe(404);
		expect((await app.request("/../../package.json")).headers.get("content-type")).toContain("text/html");
	});

	it("allows exactly its own inline scripts", () => {
		expect(inlineScriptHashes(`<script src="/theme.js"></script><script>start()</script>`)).toEqual([
			"sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00=",
		]);
	});
});

describe("foreignOrigin", () => {
	const allowed = allowedHostnames("127.0.0.1");
	const own = { host: "127.0.0.1:8080", origin: undefined, fetchSite: undefined, allowed };

	it("accepts a command line and the own pages", () => {
		expect(foreignOrigin(own)).toBeNull();
		expect(foreignOrigin({ ...own, origin: "http://127.0.0.1:8080", fetchSite: "same-origin" })).toBeNull();
		expect(foreignOrigin({ ...own, host: "localhost:8080", origin: "http://localhost:8080" })).toBeNull();
	});

	it.each([
		["a rebound name", { host: "evil.test:8080", origin: "http://evil.test:8080" }],
		["another origin", { origin: "http://evil.test" }],
		["an opaque origin", { origin: "null" }],
		["a same-site neighbour", { fetchSite: "same-site" }],
		["no host", { host: undefined }],
	])("refuses %s", (_, change) => {
		expect(foreignOrigin({ ...own, ...change })).not.toBeNull();
	});

	it("leaves host names to the proxy where the server listens beyond the loopback interface", () => {
		expect(allowedHostnames("0.0.0.0")).toBeNull();
		expect(foreignOrigin({ ...own, host: "arb.example", allowed: null })).toBeNull();
	});
});
