import { z } from "zod";
import { limitPresetNames } from "#server/domain/endpoint/limits";
import { generationSchema, timestampSchema } from "./common";

// Ranges are the domain's, which names each refused field with its range and what to do.
const limit = z.number().nullable();
export const endpointLimitsSchema = z.object({
  requestsPerSecond: limit,
  connections: limit,
  newConnectionsPerSecond: limit,
  bandwidthBytesPerSecond: limit,
  bodyBytes: limit,
  uriBytes: limit,
  headerBytes: limit,
  slowCallerMs: limit,
  idleStreamMs: limit,
});

export const updateLimitsSchema = z.object({
  endpoint: z.string(),
  generation: generationSchema,
  /** Where to begin: Azure's numbers, or no limit at all; left out, with what holds now. */
  preset: z.enum(limitPresetNames).optional(),
  /** What differs from that; null ends a limit. */
  limits: endpointLimitsSchema.partial().strict().default({}),
});

const limitUseSchema = z.object({
  requestsPerSecond: z.number(),
  connections: z.number(),
  newConnectionsPerSecond: z.number(),
  /** Bytes a second either way, mean of the last ten seconds. */
  bandwidthInBytesPerSecond: z.number(),
  bandwidthOutBytesPerSecond: z.number(),
});

export const limitsReportSchema = z.object({
  limits: endpointLimitsSchema,
  /** Null for limits of one's own. */
  preset: z.enum(limitPresetNames).nullable(),
  generation: z.number().int(),
  /** Over all gateways that were heard of lately; null without limits, as nothing is counted then, and when no gateway was heard of. */
  use: limitUseSchema.extend({ gateways: z.number().int(), observedAt: timestampSchema }).nullable(),
  /** Calls of the last hour that a limit refused; delayed ones are none. */
  refusals: z.object({
    requestsPerSecond: z.number().int(),
    connections: z.number().int(),
    newConnectionsPerSecond: z.number().int(),
    bodyBytes: z.number().int(),
    uriBytes: z.number().int(),
    headerBytes: z.number().int(),
    slowCallerMs: z.number().int(),
  }),
});
export type LimitsReport = z.infer<typeof limitsReportSchema>;
