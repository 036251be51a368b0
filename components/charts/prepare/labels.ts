import { timeTickStyle } from "./ticks";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayClock = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** How ticks of a window are written, in the reader's zone. */
export function timeTickLabel(from: number, to: number): (at: number) => string {
  const style = timeTickStyle(from, to);
  const format = style === "time" ? clock : style === "date-time" ? dayClock : day;
  return (at) => format.format(at);
}

/** The bucket of a value: `23 Nov, 14:05 – 14:06`. */
export function bucketLabel(at: number, stepMs: number): string {
  return stepMs >= 86_400_000 ? day.format(at) : `${dayClock.format(at)} – ${clock.format(at + stepMs)}`;
}

/** Local time is ahead of UTC by this much at that moment. */
export const zoneOffsetMs = (at: number): number => -new Date(at).getTimezoneOffset() * 60_000;
