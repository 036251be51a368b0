"use client";
import { Download, Table2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { IconButton } from "#components/ui/button";
import { Skeleton } from "#components/ui/skeleton";
import { cn } from "../ui/cn";
import { ChartTable } from "./chart-table";
import { saveText } from "./download";
import type { ChartMark } from "./mark-flag";
import { MetricChart, type ChartShape } from "./metric-chart";
import type { PreparedChart } from "./prepare/series";
import { chartCsv } from "./prepare/table";
import { valueTicks } from "./prepare/ticks";
import { axisScale, type Unit } from "./prepare/units";

interface ChartPanelProps {
  readonly title: string;
  /** What is counted, over which bucket; said below the title. */
  readonly note: string;
  readonly unit: Unit;
  /** Written after the unit: `/min`. */
  readonly per?: string;
  readonly shape: ChartShape;
  /** Null while it is read for the first time. */
  readonly chart: PreparedChart | null;
  readonly from: number;
  readonly to: number;
  readonly marks?: readonly ChartMark[];
  readonly group: string;
  readonly height?: number;
  readonly fileName: string;
  readonly error?: ReactNode;
  readonly emptyText: string;
  readonly onZoom: (start: number, end: number) => void;
  readonly onReset: () => void;
}

function Legend({ chart, hidden, toggle }: { readonly chart: PreparedChart; readonly hidden: ReadonlySet<string>; readonly toggle: (id: string) => void }) {
  return (
    <div className="flex flex-wrap gap-x-3 gap-y-0.5 px-1">
      {chart.lines.map((line) => (
        <button
          key={line.id}
          type="button"
          aria-pressed={!hidden.has(line.id)}
          title={hidden.has(line.id) ? `Show ${line.label}` : `Hide ${line.label}`}
          onClick={() => toggle(line.id)}
          className={cn("flex h-6 max-w-48 items-center gap-1.5 rounded-sm text-sm text-muted hover:text-text", hidden.has(line.id) && "line-through")}
        >
          <svg aria-hidden width="12" height="8">
            <path d="M0 4h12" stroke={line.color} strokeWidth="2.5" strokeDasharray={line.dash} />
          </svg>
          <span className="truncate">{line.label}</span>
        </button>
      ))}
    </div>
  );
}

/** A chart with its title, unit and legend, the same data as a table and as CSV, and a sentence when there is nothing. */
export function ChartPanel({
  title,
  note,
  unit,
  per = "",
  shape,
  chart,
  from,
  to,
  marks = [],
  group,
  height = 180,
  fileName,
  error,
  emptyText,
  onZoom,
  onReset,
}: ChartPanelProps) {
  const [asTable, setAsTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set());
  const toggle = (id: string) =>
    setHidden((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const suffix = `${axisScale(unit, valueTicks(chart?.max ?? 0, unit).at(-1) ?? 0).suffix}${per}`;
  return (
    <section aria-label={title} className="flex min-w-0 flex-col rounded-lg border border-line bg-surface p-3">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 className="font-semibold">
            {title} {suffix === "" ? null : <span className="text-sm font-normal text-faint">{suffix}</span>}
          </h2>
          <p className="text-sm text-faint">{note}</p>
        </div>
        <div className="flex">
          <IconButton
            label={asTable ? `Show ${title} as a chart` : `Show ${title} as a table`}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
            disabled={chart === null || chart.empty}
          >
            <Table2 aria-hidden />
          </IconButton>
          <IconButton
            label={`Download ${title} as CSV`}
            disabled={chart === null || chart.empty}
            onClick={() => {
              if (chart !== null) saveText(`${fileName}.csv`, chartCsv(chart, `${unit}${per}`), "text/csv");
            }}
          >
            <Download aria-hidden />
          </IconButton>
        </div>
      </div>
      <div className="relative mt-1" style={{ minHeight: height }}>
        {error}
        {chart === null && error === undefined ? <Skeleton className="h-full min-h-44 w-full" /> : null}
        {chart !== null && asTable ? <ChartTable chart={chart} unit={unit} title={title} height={height} /> : null}
        {chart !== null && !asTable ? (
          <MetricChart
            chart={chart}
            unit={unit}
            shape={shape}
            from={from}
            to={to}
            label={`${title}, ${note}`}
            height={height}
            hidden={hidden}
            marks={marks}
            group={group}
            onZoom={onZoom}
            onReset={onReset}
          />
        ) : null}
        {chart !== null && chart.empty ? (
          <p className="pointer-events-none absolute inset-0 flex items-center justify-center px-12 text-center text-muted">{emptyText}</p>
        ) : null}
      </div>
      <div className="min-h-6">{chart === null || chart.lines.length < 2 ? null : <Legend chart={chart} hidden={hidden} toggle={toggle} />}</div>
    </section>
  );
}
