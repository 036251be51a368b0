import { formatBytes, formatCores, formatCount, formatMs, formatPercent } from "../../ui/format";

/** What a number on a chart measures. */
export type Unit = "count" | "ms" | "cores" | "bytes" | "percent";

export interface AxisScale {
  /** Shown beside the axis once, so that ticks stay short. */
  readonly suffix: string;
  /** A value divided by this is what the tick says. */
  readonly divisor: number;
}

const byteSteps: readonly AxisScale[] = [
  { suffix: "GiB", divisor: 1024 ** 3 },
  { suffix: "MiB", divisor: 1024 ** 2 },
  { suffix: "KiB", divisor: 1024 },
  { suffix: "B", divisor: 1 },
];
const countSteps: readonly AxisScale[] = [
  { suffix: "M", divisor: 1e6 },
  { suffix: "k", divisor: 1e3 },
  { suffix: "", divisor: 1 },
];

const stepFor = (steps: readonly AxisScale[], max: number): AxisScale =>
  steps.find((step) => max >= step.divisor) ?? { suffix: steps.at(-1)?.suffix ?? "", divisor: 1 };

/** One scale for a whole axis, chosen by its largest value: ticks of one chart never mix ms with s. */
export function axisScale(unit: Unit, max: number): AxisScale {
  switch (unit) {
    case "ms":
      return max >= 2000 ? { suffix: "s", divisor: 1000 } : { suffix: "ms", divisor: 1 };
    case "bytes":
      return stepFor(byteSteps, max);
    case "count":
      return max >= 10_000 ? stepFor(countSteps, max) : { suffix: "", divisor: 1 };
    case "cores":
      return max > 0 && max < 0.2 ? { suffix: "mcores", divisor: 0.001 } : { suffix: "cores", divisor: 1 };
    case "percent":
      return { suffix: "%", divisor: 1 };
  }
}

/** At most three significant digits and no trailing zeros: 0.034, 4.21, 38, 1204. */
export function shortNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 100) return String(Math.round(value));
  const digits = size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return String(Number(value.toFixed(digits)));
}

const writers: Readonly<Record<Unit, (value: number | null) => string>> = {
  count: formatCount,
  ms: formatMs,
  cores: formatCores,
  bytes: formatBytes,
  percent: formatPercent,
};

/** A number with its unit, scaled for itself: `41 ms`, `2.13 s`, `512 MiB`. A null is a dash: silence, never a zero. */
export const formatValue = (unit: Unit, value: number | null): string => writers[unit](value);
