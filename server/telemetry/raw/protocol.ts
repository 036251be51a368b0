import { z } from "zod";
import { requestRowSchema } from "#server/contract/monitoring";

/** What the query worker answers; the caller has checked the endpoint against the workspace. */
export const recentRequestsInput = z.object({
  /** Lower-case name of the endpoint. */
  endpoint: z.string().min(1).max(64),
  /** Rows of a predecessor of the same name are older than this; Unix milliseconds. */
  since: z.number().int().nonnegative(),
  until: z.number().int().nonnegative(),
  deployment: z.string().max(64).optional(),
  instanceId: z.string().max(64).optional(),
  status: z.enum(["any", "ok", "failed"]).default("any"),
  errorCode: z.string().max(64).optional(),
  keyName: z.string().max(128).optional(),
  /** Only requests that took at least this long, in milliseconds. */
  minTotalMs: z.number().nonnegative().optional(),
  limit: z.number().int().min(1).max(1000).default(100),
});
export type RecentRequestsInput = z.input<typeof recentRequestsInput>;

export const requestByIdInput = z.object({ endpoint: z.string().min(1).max(64), since: z.number().int().nonnegative(), requestId: z.string().min(1).max(64) });
export type RequestByIdInput = z.input<typeof requestByIdInput>;

export const requestsOutput = z.object({
  requests: z.array(requestRowSchema),
  /** False when the time or the number of hours that one answer may read ran out first: there may be older rows. */
  complete: z.boolean(),
});
export type RequestsOutput = z.infer<typeof requestsOutput>;
