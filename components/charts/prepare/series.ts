import type { MetricResult } from "#server/contract/monitoring";
import { deploymentColor, percentileColor, plainColor, statusClassColor } from "./colors";

export interface ChartLine {
  /** Key in the rows; safe for any series name. */
  readonly id: string;
  readonly label: string;
  readonly color: string;
  /** Dashes tell lines of one colour apart. */
  readonly dash: string | undefined;
}

export interface ChartRow {
  readonly at: number;
  readonly values: Readonly<Record<string, number | null>>;
}

export interface PreparedChart {
  readonly lines: readonly ChartLine[];
  readonly rows: readonly ChartRow[];
  readonly stepMs: number;
  /** Largest value of any line (or of the stack); 0 when nothing was measured. */
  readonly max: number;
  readonly empty: boolean;
}

export interface PrepareOptions {
  /** Lines stand on each other: the axis has to hold their sum. */
  readonly stacked?: boolean;
  /** Totals of a bucket as a rate, so that a wider bucket does not look busier. */
  readonly perMinute?: boolean;
  /** Only this percentile, for a split by something else. */
  readonly percentile?: number | null;
}

type Series = MetricResult["series"][number];

const dashes = [undefined, "5 3", "2 3", "8 3 2 3"] as const;
const isStatusClass = (key: string): boolean => /^[1-5]xx$|^\d{3}$/.test(key);

/** Ascending percentiles first by deployment, then status classes, then names: the order of the legend, the table and the stack. */
function compareSeries(left: Series, right: Series): number {
  const byDeployment = (left.deployment ?? "").localeCompare(right.deployment ?? "");
  if (byDeployment !== 0) return byDeployment;
  if (left.percentile !== null && right.percentile !== null) return left.percentile - right.percentile;
  return left.key.localeCompare(right.key, "en", { numeric: true });
}

const labelOf = (series: Series): string => (series.percentile !== null && series.deployment !== null ? `${series.deployment} ${series.key}` : series.key);

function colorOf(series: Series, colors: Readonly<Record<string, number>>, position: number): string {
  if (series.deployment !== null && series.deployment in colors) return deploymentColor(colors[series.deployment] ?? 0);
  const first = series.key.split(" ")[0] ?? series.key;
  if (isStatusClass(first)) return statusClassColor(first);
  if (series.percentile !== null) return percentileColor(series.percentile);
  if (series.key in colors) return deploymentColor(colors[series.key] ?? 0);
  return position === 0 ? plainColor : deploymentColor(position);
}

/** Instances of one deployment share its colour; what follows the first is dashed. */
function dashOf(series: readonly Series[], index: number): string | undefined {
  const own = series[index];
  if (own === undefined || own.deployment === null) return undefined;
  const before = series.slice(0, index).filter((other) => other.deployment === own.deployment).length;
  return dashes[before % dashes.length];
}

/**
 * Wire series to rows of a chart. Every bucket of the window has a row, a null stays a null (a gap) and nothing is interpolated.
 * `colors` maps a deployment's name to its palette index.
 */
export function prepareSeries(result: MetricResult, colors: Readonly<Record<string, number>>, options: PrepareOptions = {}): PreparedChart {
  const { stacked = false, perMinute = false, percentile = null } = options;
  const scale = perMinute ? 60_000 / result.stepMs : 1;
  const series = result.series.filter((one) => percentile === null || one.percentile === null || one.percentile === percentile).sort(compareSeries);
  const lines = series.map((one, index) => ({ id: `s${index}`, label: labelOf(one), color: colorOf(one, colors, index), dash: dashOf(series, index) }));
  const length = series.reduce((longest, one) => Math.max(longest, one.values.length), 0);
  let max = 0;
  let measured = false;
  const rows = Array.from({ length }, (_, bucket) => {
    const values: Record<string, number | null> = {};
    let sum = 0;
    series.forEach((one, index) => {
      const wire = one.values[bucket] ?? null;
      const value = wire === null ? null : wire * scale;
      values[`s${index}`] = value;
      if (value === null) return;
      measured = true;
      sum += value;
      max = Math.max(max, stacked ? sum : value);
    });
    return { at: result.from + bucket * result.stepMs, values };
  });
  return { lines, rows, stepMs: result.stepMs, max, empty: !measured };
}

/** True where a value has silence on both sides: a line would not show it, so it is drawn as a dot. */
export function isLonely(rows: readonly ChartRow[], index: number, id: string): boolean {
  const valueAt = (position: number): number | null => rows[position]?.values[id] ?? null;
  return valueAt(index) !== null && valueAt(index - 1) === null && valueAt(index + 1) === null;
}
