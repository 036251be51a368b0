"use client";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { CostReport } from "#server/contract/monitoring";
import { deploymentColor } from "../charts/prepare/colors";
import { formatMoney } from "../ui/format";
import { costBars, formatTick } from "./prepare";

/** Cost per day, stacked by deployment in the deployments' colours. */
export function CostChart({ report }: { readonly report: CostReport }) {
  const bars = costBars(report);
  return (
    <div
      role="img"
      aria-label={`Cost per day, ${formatMoney(report.total, report.currency)} in all`}
      className="h-56 min-w-0 overflow-hidden rounded-lg border border-line bg-surface p-3"
    >
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={[...bars.rows]} margin={{ top: 8, right: 8, bottom: 0, left: 8 }}>
          <CartesianGrid vertical={false} stroke="var(--color-line)" />
          <XAxis dataKey="day" tickLine={false} axisLine={false} tick={{ fill: "var(--color-muted)", fontSize: 12 }} />
          <YAxis
            width={72}
            tickLine={false}
            axisLine={false}
            tick={{ fill: "var(--color-muted)", fontSize: 12 }}
            domain={[0, bars.ticks.at(-1) ?? 1]}
            ticks={[...bars.ticks]}
            tickFormatter={(value: number) => formatTick(value, bars.ticks, report.currency)}
          />
          <Tooltip
            cursor={{ fill: "var(--color-active)" }}
            contentStyle={{ background: "var(--color-surface)", border: "1px solid var(--color-line)", borderRadius: 6, color: "var(--color-text)" }}
            formatter={(value) => formatMoney(Number(value), report.currency)}
          />
          {bars.series.map((series) => (
            <Bar
              key={series.id}
              dataKey={series.id}
              name={series.label}
              stackId="cost"
              fill={deploymentColor(series.color)}
              isAnimationActive={false}
              maxBarSize={48}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
