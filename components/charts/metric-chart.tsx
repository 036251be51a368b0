"use client";
import { useMemo, useState } from "react";
import { Area, Bar, CartesianGrid, ComposedChart, Line, ReferenceArea, ReferenceLine, Tooltip, XAxis, YAxis, type MouseHandlerDataParam } from "recharts";
import { ChartTooltip } from "./chart-tooltip";
import { MarkFlag, type ChartMark } from "./mark-flag";
import { timeTickLabel, zoneOffsetMs } from "./prepare/labels";
import { isLonely, type ChartLine, type PreparedChart } from "./prepare/series";
import { timeTicks, valueTicks } from "./prepare/ticks";
import { axisScale, shortNumber, type Unit } from "./prepare/units";
import { useWidth } from "./use-width";

export type ChartShape = "line" | "area" | "bars" | "steps";

interface MetricChartProps {
  readonly chart: PreparedChart;
  readonly unit: Unit;
  readonly shape: ChartShape;
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly height: number;
  readonly hidden: ReadonlySet<string>;
  readonly marks: readonly ChartMark[];
  /** Charts of one group share the cursor. */
  readonly group: string;
  readonly onZoom: (start: number, end: number) => void;
  readonly onReset: () => void;
}

const axisInk = { fill: "var(--color-faint)", fontSize: 11 } as const;
const axisWidth = 44;

const valueKey =
  (id: string) =>
  (row: PreparedChart["rows"][number]): number | null =>
    row.values[id] ?? null;
const labelOf = (event: MouseHandlerDataParam): number | null => {
  const value = Number(event.activeLabel);
  return event.activeLabel === undefined || !Number.isFinite(value) ? null : value;
};

/** A drag over the plot as the window that it covers; a slip is judged by whoever takes it. */
function useDrag(onZoom: (start: number, end: number) => void) {
  const [drag, setDrag] = useState<{ readonly start: number; readonly end: number } | null>(null);
  return {
    drag,
    handlers: {
      onMouseDown: (event: MouseHandlerDataParam) => {
        const at = labelOf(event);
        if (at !== null) setDrag({ start: at, end: at });
      },
      onMouseMove: (event: MouseHandlerDataParam) => {
        const at = labelOf(event);
        if (at !== null) setDrag((before) => (before === null || before.end === at ? before : { ...before, end: at }));
      },
      onMouseUp: () => {
        if (drag !== null && drag.start !== drag.end) onZoom(drag.start, drag.end);
        setDrag(null);
      },
      onMouseLeave: () => setDrag(null),
    },
  };
}

/** A dot where a value has silence on both sides: the line alone would hide it. */
function LonelyDot({
  chart,
  line,
  cx,
  cy,
  index,
}: {
  readonly chart: PreparedChart;
  readonly line: ChartLine;
  readonly cx?: number;
  readonly cy?: number;
  readonly index?: number;
}) {
  if (cx === undefined || cy === undefined || index === undefined || !Number.isFinite(cy) || !isLonely(chart.rows, index, line.id)) return <g />;
  return <circle cx={cx} cy={cy} r={2} fill={line.color} />;
}

function drawLine(line: ChartLine, shape: ChartShape, chart: PreparedChart) {
  const common = { dataKey: valueKey(line.id), name: line.label, isAnimationActive: false } as const;
  if (shape === "bars") return <Bar key={line.id} {...common} stackId="stack" fill={line.color} maxBarSize={14} />;
  const stroke = {
    stroke: line.color,
    strokeWidth: 1.5,
    connectNulls: false,
    activeDot: { r: 2.5, strokeWidth: 0 },
    type: shape === "steps" ? "stepAfter" : "linear",
    ...(line.dash === undefined ? {} : { strokeDasharray: line.dash }),
  } as const;
  const dot = (props: { readonly cx?: number; readonly cy?: number; readonly index?: number }) => (
    <LonelyDot key={`${line.id}-${props.index ?? 0}`} chart={chart} line={line} {...props} />
  );
  if (shape === "area") return <Area key={line.id} {...common} {...stroke} dot={dot} fill={line.color} fillOpacity={0.12} />;
  return <Line key={line.id} {...common} {...stroke} dot={dot} />;
}

/** Draws a prepared chart and decides nothing: scales, gaps, order and colours come with it. */
export function MetricChart({ chart, unit, shape, from, to, label, height, hidden, marks, group, onZoom, onReset }: MetricChartProps) {
  const [box, width] = useWidth<HTMLDivElement>();
  const { drag, handlers } = useDrag(onZoom);
  const yTicks = useMemo(() => valueTicks(chart.max, unit), [chart.max, unit]);
  const xTicks = useMemo(() => timeTicks(from, to, Math.max(2, Math.floor(width / 90)), zoneOffsetMs(to)), [from, to, width]);
  const scale = axisScale(unit, yTicks.at(-1) ?? 0);
  const lines = chart.lines.filter((line) => !hidden.has(line.id));
  return (
    <div ref={box} style={{ height }} className="min-w-0 overflow-hidden select-none [&_.recharts-surface]:outline-offset-[-2px]" onDoubleClick={onReset}>
      {width === 0 ? null : (
        <ComposedChart
          width={width}
          height={height}
          data={[...chart.rows]}
          syncId={group}
          syncMethod="value"
          margin={{ top: 10, right: 8, bottom: 0, left: 0 }}
          title={label}
          {...handlers}
        >
          <CartesianGrid vertical={false} stroke="var(--color-line)" />
          <XAxis
            dataKey="at"
            type="number"
            scale="time"
            domain={[from, to]}
            ticks={[...xTicks]}
            tickFormatter={timeTickLabel(from, to)}
            tick={axisInk}
            tickLine={false}
            axisLine={{ stroke: "var(--color-line-strong)" }}
            height={20}
            allowDataOverflow
            interval="preserveStartEnd"
          />
          <YAxis
            width={axisWidth}
            domain={[0, yTicks.at(-1) ?? 1]}
            ticks={[...yTicks]}
            tickFormatter={(value: number) => shortNumber(value / scale.divisor)}
            tick={axisInk}
            tickLine={false}
            axisLine={false}
            allowDataOverflow
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: "var(--color-control)", strokeWidth: 1, fill: "var(--color-active)", fillOpacity: 0.5 }}
            content={<ChartTooltip chart={chart} lines={lines} unit={unit} />}
          />
          {lines.map((line) => drawLine(line, shape, chart))}
          {marks.map((mark) => (
            <ReferenceLine
              key={`${mark.at}-${mark.text}`}
              x={mark.at}
              stroke="var(--color-control)"
              strokeDasharray="3 3"
              ifOverflow="hidden"
              label={<MarkFlag mark={mark} />}
            />
          ))}
          {drag !== null && drag.start !== drag.end ? (
            <ReferenceArea x1={Math.min(drag.start, drag.end)} x2={Math.max(drag.start, drag.end)} fill="var(--color-accent)" fillOpacity={0.15} />
          ) : null}
        </ComposedChart>
      )}
    </div>
  );
}
