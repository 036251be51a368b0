/** A time during which the product was stopped on purpose, containers included; Unix milliseconds. */
export interface PlannedStop {
  readonly from: number;
  /** When it was started again. */
  readonly to: number;
}

/**
 * When an instance ended because the product was stopped, or null when it ended by itself. `finishedAt` is the engine's word on the container,
 * null when it is not there any more; then the last time that the instance was seen alive has to do: nothing that was stopped is seen later.
 */
export function stoppedWithProduct(stops: readonly PlannedStop[], finishedAt: number | null, lastSeenAt: number): number | null {
  if (finishedAt !== null) return stops.some((stop) => finishedAt >= stop.from && finishedAt <= stop.to) ? finishedAt : null;
  const stop = stops.find((candidate) => candidate.to > lastSeenAt);
  return stop === undefined ? null : Math.max(stop.from, lastSeenAt);
}
