/** What we want of an instance; only moves forward. */
export const instanceDesiredStates = ["Running", "Stopped", "Removed"] as const;
export type InstanceDesiredState = (typeof instanceDesiredStates)[number];

/** What we saw of it; only moves forward. Readiness is a separate flag that probes set and that may flap. */
export const instanceStates = [
  "Pending",
  "Assigned",
  "Staging",
  "Pulling",
  "Starting",
  "Running",
  "Draining",
  "Stopped",
  "Failed",
  "Rejected",
  "Orphaned",
] as const;
export type InstanceState = (typeof instanceStates)[number];
