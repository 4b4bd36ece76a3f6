import type { Context, MiddlewareHandler } from "hono";
import type { ErrorBody } from "./errors.ts";

/** Names under which a server that listens on the loopback interface may be addressed. */
const LOOPBACK_NAMES: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Host names that requests may carry. A server on the loopback interface answers only to loopback names, so that a foreign site cannot reach it by
 * pointing its own name at 127.0.0.1 (DNS rebinding). A server that was bound elsewhere on purpose is behind a proxy that knows its names: null.
 */
export function allowedHostnames(bindHost: string): readonly string[] | null {
	const isLoopback = bindHost === "localhost" || bindHost === "::1" || bindHost.startsWith("127.");
	return isLoopback ? [...LOOPBACK_NAMES, bindHost] : null;
}

/** Why a request does not come from this server's own pages or from a command line; null where it does. */
export function foreignOrigin(of: {
	readonly host: string | undefined;
	readonly origin: string | undefined;
	readonly fetchSite: string | undefined;
	readonly allowed: readonly string[] | null;
}): string | null {
	const { host, origin, fetchSite, allowed } = of;
	if (host === undefined) return "the request has no Host header";
	const name = host.replace(/:\d+$/, "");
	if (allowed !== null && !allowed.includes(name)) return `Host ${host} is not one of ${allowed.join(", ")}`;
	// Browsers send Sec-Fetch-Site by themselves; pages cannot set it. Command lines send neither header.
	if (fetchSite !== undefined && fetchSite !== "same-origin" && fetchSite !== "none") return `Sec-Fetch-Site is ${fetchSite}`;
	if (origin !== undefined) {
		const originHost = URL.canParse(origin) ? new URL(origin).host : null;
		if (originHost !== host) return `Origin ${origin} is not this server (${host})`;
	}
	return null;
}

function refuse(c: Context, why: string): Response {
	const body: ErrorBody = {
		error: { code: "invalid_input", message: `${why}; send this from the dashboard or from a command line on this machine` },
	};
	return c.json(body, 403);
}

/** Answers 403 to whatever another site's page could have sent, and 415 to changes that are not JSON (which need no preflight). */
export function sameOriginOnly(allowed: readonly string[] | null): MiddlewareHandler {
	return async (c, next) => {
		const isChange = c.req.method !== "GET" && c.req.method !== "HEAD";
		const isUpgrade = c.req.header("upgrade")?.toLowerCase() === "websocket";
		const why = foreignOrigin({
			host: c.req.header("host"),
			// Plain reads are protected by the browser's own rules: only the Host is checked.
			origin: isChange || isUpgrade ? c.req.header("origin") : undefined,
			fetchSite: isChange || isUpgrade ? c.req.header("sec-fetch-site") : undefined,
			allowed,
		});
		if (why !== null) return refuse(c, why);
		if (isChange && c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
			const body: ErrorBody = { error: { code: "invalid_input", message: "header content-type: must be application/json" } };
			return c.json(body, 415);
		}
		return next();
	};
}
