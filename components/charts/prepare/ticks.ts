import { axisScale, type Unit } from "./units";

const niceSteps = (unit: Unit): readonly number[] => (unit === "bytes" ? [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] : [1, 2, 2.5, 5, 10]);

/** The smallest nice step not below `rough`; whole numbers only where halves mean nothing. */
function niceStep(rough: number, unit: Unit): number {
  const power = unit === "bytes" ? 1024 ** Math.floor(Math.log(rough) / Math.log(1024)) : 10 ** Math.floor(Math.log10(rough));
  const factors = [...niceSteps(unit), unit === "bytes" ? 1024 : 10];
  const step = (factors.find((factor) => factor * power >= rough * 0.999_999) ?? 10) * power;
  return unit === "count" ? Math.max(1, Math.ceil(step)) : step;
}

/** Evenly spaced nice values from 0 that cover `max`; at least two, about `wanted`. */
export function valueTicks(max: number, unit: Unit, wanted = 4): readonly number[] {
  const top = Number.isFinite(max) && max > 0 ? max : axisScale(unit, 0).divisor;
  const step = niceStep(top / wanted, unit);
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const timeSteps = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  5 * day,
  7 * day,
  14 * day,
  30 * day,
];

/**
 * Round local times inside a window. `offsetMs` is what local time is ahead of UTC, so that days begin at the reader's midnight
 * (one offset for the whole window: a change of clocks inside it moves a tick by an hour, not the data).
 */
export function timeTicks(from: number, to: number, wanted: number, offsetMs = 0): readonly number[] {
  if (to <= from) return [];
  const step = timeSteps.find((candidate) => (to - from) / candidate <= Math.max(1, wanted)) ?? 30 * day;
  const ticks: number[] = [];
  for (let at = Math.ceil((from + offsetMs) / step) * step - offsetMs; at <= to; at += step) ticks.push(at);
  return ticks;
}

/** How a tick of this window is written: clock time within two days, date beyond. */
export const timeTickStyle = (from: number, to: number): "time" | "date-time" | "date" =>
  to - from <= day ? "time" : to - from <= 4 * day ? "date-time" : "date";
