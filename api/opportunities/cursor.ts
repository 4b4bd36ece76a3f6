import { z } from "@hono/zod-openapi";
import type { PageCursor } from "../../db/opportunities.ts";

/** Where a page ended, as text that callers pass back unread. */
export function writeCursor(cursor: PageCursor | null): string | null {
	return cursor === null ? null : Buffer.from(`${cursor.at.toISOString()} ${cursor.workflowId}`).toString("base64url");
}

/** Validates and reads what {@link writeCursor} made. */
export const cursorSchema = z
	.string()
	.transform((text, context): PageCursor => {
		const [iso = "", workflowId = ""] = Buffer.from(text, "base64url").toString("utf8").split(" ");
		const at = new Date(iso);
		if (workflowId === "" || Number.isNaN(at.getTime())) {
			context.addIssue({ code: "custom", message: "is not a nextCursor of this API; leave it out for the first page" });
			return z.NEVER;
		}
		return { at, workflowId };
	})
	.optional()
	.openapi({ type: "string", param: { name: "cursor", in: "query" }, description: "`nextCursor` of the page before" });
