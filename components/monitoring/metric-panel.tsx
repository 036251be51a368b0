"use client";
import { ErrorCallout } from "#components/ui/callout";
import { ChartPanel } from "#components/charts/chart-panel";
import type { ChartShape } from "#components/charts/metric-chart";
import { metricUnits, type MetricQuery } from "#server/contract/monitoring";
import { entryHref } from "../activity/entry-href";
import { zoomOf } from "../charts/prepare/range";
import { prepareSeries, type PrepareOptions } from "../charts/prepare/series";
import { toProblem } from "../queries/fetcher";
import { useMetric } from "../queries/use-metrics";
import { formatDuration } from "../ui/format";
import type { Range } from "./range-picker";

interface MetricPanelProps {
  readonly endpoint: string;
  readonly metric: MetricQuery["metric"];
  readonly splitBy: NonNullable<MetricQuery["splitBy"]>;
  readonly title: string;
  readonly note: string;
  readonly shape: ChartShape;
  readonly colors: Readonly<Record<string, number>>;
  readonly range: Range;
  readonly options?: PrepareOptions;
  readonly emptyText: string;
}

/** One chart of a page: asks for its series, prepares them, draws. All panels of a page share cursor, range and zoom. */
export function MetricPanel({ endpoint, metric, splitBy, title, note, shape, colors, range, options = {}, emptyText }: MetricPanelProps) {
  const { window, choice, choose } = range;
  const query = useMetric({ endpoint, metric, splitBy, from: window.from, to: window.to, stepMs: window.stepMs }, choice.kind === "live");
  const result = query.data;
  return (
    <ChartPanel
      title={title}
      note={`${note}, per ${formatDuration(result?.stepMs ?? window.stepMs)}`}
      unit={metricUnits[metric]}
      {...(options.perMinute === true ? { per: "/min" } : {})}
      shape={shape}
      chart={result === undefined ? null : prepareSeries(result, colors, options)}
      from={window.from}
      to={window.to}
      marks={(result?.marks ?? []).map((mark) => ({ ...mark, href: entryHref(endpoint, mark.entry) }))}
      group={`monitoring-${endpoint}`}
      fileName={`${endpoint}-${metric}`}
      error={query.error === null ? undefined : <ErrorCallout error={toProblem(query.error)} />}
      emptyText={emptyText}
      onZoom={(start, end) => {
        const zoomed = zoomOf(start, end, window.stepMs);
        if (zoomed !== null) choose(zoomed);
      }}
      onReset={() => {
        if (choice.kind === "fixed") choose({ kind: "live", range: "1h" });
      }}
    />
  );
}
