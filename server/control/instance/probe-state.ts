import { z } from "zod";
import { initialProbeState, type ProbeState } from "#server/domain/probe/judge";

const count = z.object({
  successes: z.number(),
  failures: z.number(),
  lastAt: z.number().nullable(),
  lastFailureAt: z.number().nullable(),
  lastOk: z.boolean(),
  lastMessage: z.string(),
});
const schema = z.object({
  readiness: count,
  liveness: count,
  ready: z.boolean(),
  everReady: z.boolean(),
  /** When every gateway had stopped sending new requests; null before the instance drains. */
  quietAt: z.number().nullable().default(null),
});

export interface KeptProbeState extends ProbeState {
  readonly quietAt: number | null;
}

/** The row's probe state; a new row, or one that cannot be read, starts from nothing. */
export function readProbeState(value: unknown): KeptProbeState {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : { ...initialProbeState, quietAt: null };
}

/** Results are written at least this often, and at once when they mean something new: probes are many, news are few. */
const writeEveryMs = 10_000;

export function isNews(before: ProbeState, now: ProbeState): boolean {
  if (before.ready !== now.ready || before.everReady !== now.everReady) return true;
  return (["readiness", "liveness"] as const).some((kind) => {
    const a = before[kind];
    const b = now[kind];
    return a.lastOk !== b.lastOk || a.failures !== b.failures || a.lastMessage !== b.lastMessage || (b.lastAt ?? 0) - (a.lastAt ?? 0) >= writeEveryMs;
  });
}
