import type { CostReport } from "../../server/contract/monitoring";

export interface CostBars {
  readonly series: readonly { readonly id: string; readonly label: string; readonly color: number }[];
  /** One row per day: `day` as MM-DD and the money of every series. */
  readonly rows: readonly Readonly<Record<string, string | number>>[];
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
  return { series: [...series.values()], rows };
}
