import type { CostLine, InstanceSpan, TrafficHour } from "./types";

export const hourMs = 3_600_000;
const bytesPerGib = 1024 ** 3;

/** Start of the hour that holds an instant. */
export const hourOf = (at: number): number => Math.floor(at / hourMs) * hourMs;

/** Seconds of an instance's life inside [from, to); a running instance counts until `now`. */
export function secondsWithin(span: InstanceSpan, from: number, to: number, now: number): number {
  const start = Math.max(span.startedAt, from);
  const end = Math.min(span.stoppedAt ?? now, to, now);
  return Math.max(end - start, 0) / 1000;
}

const emptyLine = { instanceSeconds: 0, computeAmount: 0, networkBytes: 0, networkAmount: 0, requests: 0 };

/**
 * Cost lines of one hour from instance history: price times seconds, by deployment and instance type, and one networking line per
 * deployment that had traffic. Pure in its inputs, so an hour can be derived again at any time.
 */
export function costOfHour(hour: number, spans: readonly InstanceSpan[], traffic: readonly TrafficHour[], pricePerGib: number, now: number): CostLine[] {
  const lines = new Map<string, CostLine>();
  for (const span of spans) {
    const seconds = secondsWithin(span, hour, hour + hourMs, now);
    if (seconds === 0) continue;
    const key = `${span.deploymentId}|${span.instanceType}`;
    const line = lines.get(key) ?? { ...emptyLine, endpointId: span.endpointId, deploymentId: span.deploymentId, hour, instanceType: span.instanceType };
    lines.set(key, {
      ...line,
      instanceSeconds: line.instanceSeconds + seconds,
      computeAmount: line.computeAmount + (span.pricePerHour * seconds) / 3600,
    });
  }
  const network = traffic.map((entry) => ({
    ...emptyLine,
    endpointId: entry.endpointId,
    deploymentId: entry.deploymentId,
    hour,
    instanceType: "",
    networkBytes: entry.bytes,
    networkAmount: (entry.bytes / bytesPerGib) * pricePerGib,
    requests: entry.requests,
  }));
  return [...lines.values(), ...network];
}

/** Hour starts that touch [from, to), ascending. */
export function hoursBetween(from: number, to: number): number[] {
  const hours: number[] = [];
  for (let hour = hourOf(from); hour < to; hour += hourMs) hours.push(hour);
  return hours;
}

/** Amount per 1,000 requests; null without requests. */
export const perThousand = (amount: number, requests: number): number | null => (requests === 0 ? null : (amount / requests) * 1000);
