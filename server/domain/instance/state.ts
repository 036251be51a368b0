import type { InstanceDesiredState, InstanceState } from "./types";

/** Observed states that nothing follows; what is left is giving back container and address. */
export const terminalInstanceStates = ["Stopped", "Failed", "Rejected", "Orphaned"] as const;

const live = ["Pending", "Assigned", "Staging", "Pulling", "Starting", "Running", "Draining"] as const satisfies readonly InstanceState[];

const rank = (state: InstanceState): number => live.findIndex((candidate) => candidate === state);

/** True when the instance has ended and will never run again (instances are one-shot). */
export const isTerminal = (state: InstanceState): boolean => terminalInstanceStates.some((candidate) => candidate === state);

/** True when the instance is wanted and has not ended. */
export const isLive = (instance: { readonly desiredState: InstanceDesiredState; readonly state: InstanceState }): boolean =>
  instance.desiredState === "Running" && !isTerminal(instance.state);

/** True when the instance ended although nobody asked for it. */
export const hasFailed = (state: InstanceState): boolean => state === "Failed" || state === "Rejected" || state === "Orphaned";

/**
 * Whether the observed state may become `to`. States only move forward: a step may be skipped, none may be repeated.
 * `Rejected` is for instances that got no place, so only before a container exists; `Orphaned` for those whose container vanished.
 */
export function canMove(from: InstanceState, to: InstanceState): boolean {
  if (isTerminal(from)) return false;
  if (to === "Rejected") return rank(from) <= rank("Pulling");
  if (to === "Orphaned") return rank(from) >= rank("Staging");
  if (isTerminal(to)) return true;
  return rank(to) > rank(from);
}

const desiredOrder: readonly InstanceDesiredState[] = ["Running", "Stopped", "Removed"];

/** Whether the wish may become `to`: Running, then Stopped, then Removed, never back. */
export const canDesire = (from: InstanceDesiredState, to: InstanceDesiredState): boolean => desiredOrder.indexOf(to) > desiredOrder.indexOf(from);
