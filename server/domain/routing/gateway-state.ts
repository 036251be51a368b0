import { isLive } from "./liveness";

export const gatewayStates = ["connected", "behind", "refused", "stale"] as const;
export type GatewayState = (typeof gatewayStates)[number];

interface Heard {
  /** Unix milliseconds; null before its first word. */
  readonly lastSeenAt: number | null;
  readonly appliedRevision: number;
  readonly refusedReason: string | null;
}

/** How a gateway stands. Silence outweighs all else, since nothing that was said before need be true any more; it serves on all the same. */
export function gatewayState(heard: Heard, newestRevision: number, nowMs: number): GatewayState {
  const { appliedRevision, refusedReason } = heard;
  if (!isLive(heard, nowMs)) return "stale";
  if (refusedReason !== null) return "refused";
  return appliedRevision < newestRevision ? "behind" : "connected";
}
