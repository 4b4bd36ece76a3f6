import { type Context, Hono } from "hono";
import type { Asset, Dashboard } from "./assets.ts";

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>The dashboard is not built</title></head>
<body>
<main>
<h1>The dashboard is not built</h1>
<p>The API runs, but there is no built dashboard for it to serve. Build it in the project's folder and start the API again:</p>
<pre>cd ui &amp;&amp; npx vite build</pre>
<p><code>npm start</code> does this by itself. Until then: <a href="/api/docs">API documentation</a>, <a href="/api/health">health</a>.</p>
</main>
</body>
</html>
`;

/** Serves the built dashboard: its files, and its page for every other address, because the page routes by itself. */
export function dashboardRoutes(dashboard: Dashboard) {
	return new Hono().get("*", (c) => {
		const asset = dashboard.assets.get(c.req.path);
		if (asset !== undefined) return answer(c, asset);
		// A file that is gone must not be answered with a page: a browser would run it as a script.
		if (c.req.path.startsWith("/_app/")) return c.notFound();
		if (dashboard.page === null) return c.html(NOT_BUILT, 503, { "cache-control": "no-store" });
		return answer(c, dashboard.page);
	});
}

function answer(c: Context, asset: Asset): Response {
	const headers = {
		"content-type": asset.type,
		etag: asset.etag,
		"cache-control": asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
	};
	const known = c.req
		.header("if-none-match")
		?.split(",")
		.map((tag) => tag.trim().replace(/^W\//, ""));
	if (known?.includes(asset.etag)) return c.body(null, 304, headers);
	return c.body(asset.body, 200, headers);
}
