"use client";
import { bucketLabel } from "./prepare/labels";
import type { ChartLine, PreparedChart } from "./prepare/series";
import { formatValue, type Unit } from "./prepare/units";

interface ChartTooltipProps {
  readonly chart: PreparedChart;
  readonly lines: readonly ChartLine[];
  readonly unit: Unit;
  readonly active?: boolean;
  readonly label?: string | number;
}

/** All values of the bucket under the cursor; silence is said as such. */
export function ChartTooltip({ chart, lines, unit, active = false, label }: ChartTooltipProps) {
  const row = chart.rows.find((one) => one.at === Number(label));
  if (!active || row === undefined) return null;
  return (
    <div className="rounded-md bg-raised px-2.5 py-1.5 text-sm shadow-raised">
      <p className="num pb-1 text-faint">{bucketLabel(row.at, chart.stepMs)}</p>
      <ul className="grid grid-cols-[auto_1fr_auto] items-center gap-x-2">
        {lines.map((line) => (
          <li key={line.id} className="contents">
            <span className="size-2 rounded-xs" style={{ background: line.color }} />
            <span className="max-w-40 truncate">{line.label}</span>
            <span className="num text-right font-medium">{formatValue(unit, row.values[line.id] ?? null)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
