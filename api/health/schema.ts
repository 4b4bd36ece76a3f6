import { z } from "@hono/zod-openapi";

export const dependencyHealthSchema = z
	.object({
		name: z.string().openapi({ example: "postgres" }),
		status: z.enum(["up", "down"]),
		latencyMs: z.number().openapi({ description: "Time to its answer, or to giving up" }),
		detail: z.string().openapi({ description: "What it answered, or why it is down and what to do" }),
	})
	.openapi("DependencyHealth");
export type DependencyHealth = z.infer<typeof dependencyHealthSchema>;

export const healthSchema = z
	.object({
		status: z.enum(["ok", "degraded"]),
		checkedAt: z.iso.datetime(),
		uptimeSeconds: z.number().int(),
		dependencies: z.array(dependencyHealthSchema),
	})
	.openapi("Health");
export type Health = z.infer<typeof healthSchema>;
