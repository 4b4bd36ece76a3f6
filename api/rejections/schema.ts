import { z } from "@hono/zod-openapi";
import { reasonSchema } from "../opportunities/schema.ts";

export const rejectionCountSchema = z
	.object({ step: reasonSchema.shape.step, code: reasonSchema.shape.code, count: z.number().int() })
	.openapi("RejectionCount");

export const rejectionsSchema = z
	.object({ total: z.number().int(), reasons: z.array(rejectionCountSchema) })
	.openapi("Rejections", { description: "Why lifecycles ended without a submission, most frequent first" });
export type Rejections = z.infer<typeof rejectionsSchema>;
