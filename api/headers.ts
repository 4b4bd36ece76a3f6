import type { MiddlewareHandler } from "hono";

/**
 * Security headers of every answer. Scripts come from this server alone, or are the inline ones whose sha256 is given (`scriptHashes`, as
 * `sha256-…`): the dashboard's bootstrap. Inline style attributes stay allowed: they run no code, and the chart and SvelteKit's announcer set them.
 */
export function securityHeaders(scriptHashes: readonly string[]): MiddlewareHandler {
	const scripts = ["'self'", ...scriptHashes.map((hash) => `'${hash}'`)].join(" ");
	return async (c, next) => {
		await next();
		// An upgraded connection has no headers left to set.
		if (c.req.header("upgrade")?.toLowerCase() === "websocket") return;
		c.header(
			"content-security-policy",
			[
				"default-src 'none'",
				`script-src ${scripts}`,
				"style-src 'self'",
				"style-src-attr 'unsafe-inline'",
				"img-src 'self' data:",
				"font-src 'self'",
				"connect-src 'self'",
				"manifest-src 'self'",
				"base-uri 'none'",
				"form-action 'self'",
				"frame-ancestors 'none'",
			].join("; "),
		);
		c.header("x-content-type-options", "nosniff");
		c.header("referrer-policy", "no-referrer");
		c.header("x-frame-options", "DENY");
		c.header("cross-origin-opener-policy", "same-origin");
		c.header("cross-origin-resource-policy", "same-origin");
		c.header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
	};
}
