import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Hono } from "hono";

/** The files of swagger-ui-dist that the page needs, with their types. */
const FILES: Readonly<Record<string, string>> = {
	"swagger-ui.css": "text/css; charset=utf-8",
	"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	"favicon-32x32.png": "image/png",
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quant Arbitrage System: API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true, validatorUrl: null });
`;

/** `GET /api/docs`: interactive documentation, served from this machine so that it works without a network. */
export function docsRoutes() {
	const directory = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
	return new Hono()
		.get("/", (c) => c.html(PAGE))
		.get("/start.js", (c) => c.body(START, 200, { "content-type": "text/javascript; charset=utf-8" }))
		.get("/:file", async (c) => {
			const file = c.req.param("file");
			const type = Object.hasOwn(FILES, file) ? FILES[file] : undefined;
			if (type === undefined) return c.notFound();
			const content = await readFile(join(directory, file));
			return c.body(new Uint8Array(content), 200, { "content-type": type, "cache-control": "public, max-age=3600" });
		});
}
