const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const liveRanges = ["15m", "1h", "6h", "24h", "7d", "30d"] as const;
export type LiveRange = (typeof liveRanges)[number];

const widths: Readonly<Record<LiveRange, number>> = { "15m": 15 * minute, "1h": hour, "6h": 6 * hour, "24h": day, "7d": 7 * day, "30d": 30 * day };

/** What the URL holds: a window that moves with the clock, or one that stands. */
export type RangeChoice = { readonly kind: "live"; readonly range: LiveRange } | { readonly kind: "fixed"; readonly from: number; readonly to: number };

export interface TimeWindow {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

const isLiveRange = (value: string | null): value is LiveRange => liveRanges.some((range) => range === value);

/** Shortest window that still has two buckets. */
export const shortestWindowMs = 2 * minute;
const longestWindowMs = 400 * day;

/** Reads `range`, or `from` and `to` in Unix milliseconds; anything unusable falls back rather than failing the page. */
export function parseRange(params: { get(name: string): string | null }, fallback: LiveRange = "1h"): RangeChoice {
  const from = Number(params.get("from") ?? Number.NaN);
  const to = Number(params.get("to") ?? Number.NaN);
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to - from >= shortestWindowMs && to - from <= longestWindowMs)
    return { kind: "fixed", from, to };
  const range = params.get("range");
  return { kind: "live", range: isLiveRange(range) ? range : fallback };
}

/** The query string of a choice; other parameters of the page are kept. */
export function rangeParams(choice: RangeChoice, current: string): string {
  const params = new URLSearchParams(current);
  for (const name of ["range", "from", "to"]) params.delete(name);
  if (choice.kind === "live") params.set("range", choice.range);
  else {
    params.set("from", String(Math.round(choice.from)));
    params.set("to", String(Math.round(choice.to)));
  }
  return params.toString();
}

/** Bucket width that gives about 60 to 400 buckets. Never below a minute: histograms are kept by minute. */
export function stepOf(widthMs: number): number {
  if (widthMs <= 2 * hour) return minute;
  if (widthMs <= 8 * hour) return 2 * minute;
  if (widthMs <= 26 * hour) return 5 * minute;
  if (widthMs <= 3 * day) return 15 * minute;
  if (widthMs <= 8 * day) return 30 * minute;
  if (widthMs <= 35 * day) return 2 * hour;
  return day;
}

/** Edges on whole buckets, so that polling asks for the same window until the next bucket begins and the chart slides instead of shivering. */
export function windowOf(choice: RangeChoice, now: number): TimeWindow {
  const width = choice.kind === "live" ? widths[choice.range] : choice.to - choice.from;
  const stepMs = stepOf(width);
  if (choice.kind === "fixed") return { from: Math.floor(choice.from / stepMs) * stepMs, to: Math.ceil(choice.to / stepMs) * stepMs, stepMs };
  const to = (Math.floor(now / stepMs) + 1) * stepMs;
  return { from: to - Math.ceil(width / stepMs) * stepMs, to, stepMs };
}

/** A drag over a chart as a window, either direction; null when it was too short to be meant. */
export function zoomOf(start: number, end: number, stepMs: number): RangeChoice | null {
  const from = Math.min(start, end);
  const to = Math.max(start, end);
  if (to - from < Math.max(shortestWindowMs, stepMs)) return null;
  return { kind: "fixed", from, to: to + stepMs };
}
