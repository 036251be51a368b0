import { z } from "zod";

/** A call of the test console through the gateway, with the caller's own key taken from the vault. */
export const testScoreSchema = z.object({
  endpoint: z.string(),
  /** Pins the request; null follows the split. */
  deployment: z.string().nullable().default(null),
  body: z.string().max(10_000_000),
  contentType: z.string().max(200).default("application/json"),
});
export type TestScoreInput = z.input<typeof testScoreSchema>;

export const testScoreResultSchema = z.object({
  status: z.number().int(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
  truncated: z.boolean(),
  requestId: z.string().nullable(),
  deployment: z.string().nullable(),
  /** Time as seen here, and the parts that the gateway reports (null when it does not). */
  totalMs: z.number(),
  queueMs: z.number().nullable(),
  modelMs: z.number().nullable(),
});
export type TestScoreResult = z.infer<typeof testScoreResultSchema>;

export const swaggerQuerySchema = z.object({
  endpoint: z.string(),
  /** Whose interface; absent for one that the split picks. */
  deployment: z.string().max(255).optional(),
});

/** How a deployment describes its interface, as its inference server generated it. */
export const swaggerSchema = z.object({
  deployment: z.string().nullable(),
  /** Null when the deployment serves none; `reason` says why. */
  document: z.record(z.string(), z.unknown()).nullable(),
  reason: z.string().nullable(),
});
export type SwaggerDto = z.infer<typeof swaggerSchema>;
