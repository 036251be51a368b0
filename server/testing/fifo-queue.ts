/** One request as it went through a queue; milliseconds, arrivals on one clock. */
export interface ServedRequest {
  readonly arrivedAt: number;
  /** How long a server was taken by it. */
  readonly serviceMs: number;
}

/** How long each request waits when `servers` equal servers take them in the order of arrival; in that order. */
export function fifoWaits(requests: readonly ServedRequest[], servers: number): number[] {
  const freeAt = Array.from({ length: servers }, () => -Infinity);
  return [...requests]
    .sort((a, b) => a.arrivedAt - b.arrivedAt)
    .map(({ arrivedAt, serviceMs }) => {
      const next = freeAt.indexOf(Math.min(...freeAt));
      const startsAt = Math.max(arrivedAt, freeAt[next] ?? arrivedAt);
      freeAt[next] = startsAt + serviceMs;
      return startsAt - arrivedAt;
    });
}
