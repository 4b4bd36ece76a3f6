import { createHash } from "node:crypto";
import { type Dirent, existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";

/** One file of the built dashboard, held in memory: all of them are a few hundred kilobytes. */
export interface Asset {
	readonly body: Uint8Array<ArrayBuffer>;
	readonly type: string;
	readonly etag: string;
	/** Its name contains its hash, so that it never changes. */
	readonly isImmutable: boolean;
}

export interface Dashboard {
	/** By address path, e.g. `/_app/immutable/entry/start.js`. */
	readonly assets: ReadonlyMap<string, Asset>;
	/** What every address that is no file is answered with; null where the dashboard has not been built. */
	readonly page: Asset | null;
	/** `sha256-…` of the page's inline scripts, for the content security policy. */
	readonly scriptHashes: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
	".json": "application/json",
	".webmanifest": "application/manifest+json",
	".woff2": "font/woff2",
	".txt": "text/plain; charset=utf-8",
};

/** Where SvelteKit puts files that are named by their content. */
const IMMUTABLE = "/_app/immutable/";

/** Reads the built dashboard; an absent directory gives an empty one. */
export function readDashboard(directory: string): Dashboard {
	if (!existsSync(join(directory, "index.html"))) return { assets: new Map(), page: null, scriptHashes: [] };
	const assets = new Map<string, Asset>();
	for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
		if (entry.isFile()) assets.set(addressOf(directory, entry), readAsset(join(entry.parentPath, entry.name), addressOf(directory, entry)));
	}
	const page = assets.get("/index.html") ?? null;
	return { assets, page, scriptHashes: page === null ? [] : inlineScriptHashes(new TextDecoder().decode(page.body)) };
}

function addressOf(directory: string, entry: Dirent): string {
	return `/${relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/")}`;
}

function readAsset(file: string, address: string): Asset {
	const body = new Uint8Array(readFileSync(file));
	return {
		body,
		type: TYPES[extname(file)] ?? "application/octet-stream",
		etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
		isImmutable: address.startsWith(IMMUTABLE),
	};
}

/** CSP hashes (CSP Level 3, 6.7.3.3) of a page's scripts that have no `src`. */
export function inlineScriptHashes(html: string): string[] {
	const hashes: string[] = [];
	for (const [, attributes = "", text = ""] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
		if (!/\bsrc\s*=/.test(attributes)) hashes.push(`sha256-${createHash("sha256").update(text).digest("base64")}`);
	}
	return hashes;
}
