import type { CostReport } from "../../server/contract/monitoring";
import { valueTicks } from "../charts/prepare/ticks";

export interface CostBars {
  readonly series: readonly { readonly id: string; readonly label: string; readonly color: number }[];
  /** One row per day: `day` as MM-DD and the money of every series. */
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  /** Sums of money beside the chart, from 0 to above the dearest day. */
  readonly ticks: readonly number[];
}

/** Days with one stacked part per deployment, compute and network together; a deployment without cost on a day is absent from it. */
export function costBars(report: CostReport): CostBars {
  const series = new Map<string, { readonly id: string; readonly label: string; readonly color: number }>();
  const rows = report.days.map(({ day, deployments }) => {
    const row: Record<string, string | number> = { day: new Date(day).toISOString().slice(5, 10) };
    for (const { endpoint, deployment, color, compute, network } of deployments) {
      const id = `${endpoint}/${deployment}`;
      series.set(id, { id, label: id, color });
      row[id] = compute + network;
    }
    return row;
  });
  const dearest = Math.max(0, ...report.days.map((day) => day.deployments.reduce((sum, { compute, network }) => sum + compute + network, 0)));
  // Money divides as percents do: in tens, and below one as well.
  return { series: [...series.values()], rows, ticks: valueTicks(dearest, "percent") };
}

/** Money with as many digits as tell this chart's ticks apart. */
export function formatTick(value: number, ticks: readonly number[], currency: string): string {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  const digits = Math.min(12, Math.max(2, Math.ceil(-Math.log10(step)) + 1));
  return value.toLocaleString("en-US", { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: digits });
}
