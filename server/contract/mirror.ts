import { z } from "zod";
import { timestampSchema } from "./common";

export const mirrorReportQuerySchema = z.object({
  endpoint: z.string(),
  from: timestampSchema,
  to: timestampSchema,
  /** Only disagreements with this shadow. */
  shadow: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

const percentiles = z.object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() });

export const mirrorPairSchema = z.object({
  /** The deployment whose answers the callers got. */
  primary: z.string(),
  shadow: z.string(),
  agreed: z.number(),
  disagreed: z.number(),
  /** The shadow gave no answer. */
  failed: z.number(),
  /** Both were asked, but the answers could not be compared. */
  unpaired: z.number(),
  /** No copy was made: too large, or the shadow had too many under way. */
  skipped: z.number(),
  /** Part of the compared answers that agreed, 0 to 1; null when none was compared. */
  agreement: z.number().nullable(),
  /** Milliseconds of both models on calls that both answered. */
  primaryMs: percentiles,
  shadowMs: percentiles,
  /** Agreement per bucket; null where nothing was compared. */
  agreementOverTime: z.array(z.number().nullable()),
});
export type MirrorPairDto = z.infer<typeof mirrorPairSchema>;

export const mirrorDisagreementSchema = z.object({
  requestId: z.string(),
  at: timestampSchema,
  primary: z.string(),
  shadow: z.string(),
  primaryStatus: z.number(),
  shadowStatus: z.number(),
  primaryMs: z.number(),
  shadowMs: z.number(),
  /** The first place that differs, and both sides of it. */
  difference: z.string(),
  primaryBody: z.string(),
  shadowBody: z.string(),
});
export type MirrorDisagreementDto = z.infer<typeof mirrorDisagreementSchema>;

export const mirrorReportSchema = z.object({
  from: timestampSchema,
  stepMs: z.number(),
  pairs: z.array(mirrorPairSchema),
  disagreements: z.array(mirrorDisagreementSchema),
});
export type MirrorReport = z.infer<typeof mirrorReportSchema>;
