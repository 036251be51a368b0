import { z } from "zod";

const seen = z.object({ lastAt: z.number().nullable(), lastOk: z.boolean(), lastMessage: z.string() });
const state = z.object({ readiness: seen, liveness: seen });

/** The newest probe of an instance from its kept state; null before the first, or when the state cannot be read. */
export function readLastProbe(value: unknown): { readonly at: number; readonly ok: boolean; readonly message: string } | null {
  const parsed = state.safeParse(value);
  if (!parsed.success) return null;
  const { readiness, liveness } = parsed.data;
  const newest = (liveness.lastAt ?? 0) > (readiness.lastAt ?? 0) ? liveness : readiness;
  return newest.lastAt === null ? null : { at: Math.round(newest.lastAt), ok: newest.lastOk, message: newest.lastMessage };
}
