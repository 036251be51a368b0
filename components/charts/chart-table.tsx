"use client";
import { bucketLabel } from "./prepare/labels";
import type { PreparedChart } from "./prepare/series";
import { tableRows } from "./prepare/table";
import { formatValue, type Unit } from "./prepare/units";

/** The chart's data for those who cannot see it, newest first. */
export function ChartTable({
  chart,
  unit,
  title,
  height,
}: {
  readonly chart: PreparedChart;
  readonly unit: Unit;
  readonly title: string;
  readonly height: number;
}) {
  return (
    <div className="scroll-thin overflow-auto" style={{ height }} tabIndex={0} role="region" aria-label={`${title} as a table`}>
      <table className="num w-full text-sm">
        <thead className="sticky top-0 bg-surface text-faint">
          <tr>
            <th scope="col" className="py-1 pr-3 text-left font-normal">
              Time
            </th>
            {chart.lines.map((line) => (
              <th key={line.id} scope="col" className="px-2 py-1 text-right font-normal whitespace-nowrap">
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tableRows(chart).map((row) => (
            <tr key={row.at} className="border-t border-line">
              <th scope="row" className="py-1 pr-3 text-left font-normal whitespace-nowrap">
                {bucketLabel(row.at, chart.stepMs)}
              </th>
              {chart.lines.map((line) => (
                <td key={line.id} className="px-2 py-1 text-right whitespace-nowrap">
                  {formatValue(unit, row.values[line.id] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
