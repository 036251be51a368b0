import { z } from "zod";
import type { RequestRow } from "./types";

/** Postgres refuses NUL in text; nothing legitimate carries one. */
const text = (max: number) => z.string().transform((value) => value.replaceAll("\0", "").slice(0, max));
const durationMs = z.number().min(-1).max(86_400_000);
const byteCount = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const status = z
  .number()
  .int()
  .min(-1)
  .max(999)
  .transform((value) => Math.max(value, 0));

/** One spooled line; longer texts are cut to what the columns are meant for, anything else out of shape is refused. */
export const requestRowSchema: z.ZodType<RequestRow> = z.object({
  requestId: z.string().min(1).max(64),
  clientRequestId: text(40),
  startedAt: z.number().nonnegative().max(8.64e15).transform(Math.floor),
  gatewayId: text(64),
  endpoint: text(64),
  deployment: text(64),
  instanceId: text(64),
  method: text(16),
  path: text(2048),
  status,
  modelStatus: status,
  // Lines of before gRPC passed lack it.
  grpcStatus: z.number().int().min(-1).max(16).default(-1),
  errorCode: text(64),
  queueMs: durationMs,
  connectMs: durationMs,
  modelMs: durationMs,
  totalMs: durationMs,
  requestBytes: byteCount,
  responseBytes: byteCount,
  keyName: text(128),
  // Lines of before tokens lack it.
  subject: text(128).default(""),
  userAgent: text(256),
  pinned: z.boolean(),
  mirrored: z.boolean(),
  retries: z.number().int().min(0).max(1000),
  termination: text(16),
});

/** Parses one line of a spool file; null when it is not a request row. */
export function parseRequestLine(line: string): RequestRow | null {
  try {
    const parsed = requestRowSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
