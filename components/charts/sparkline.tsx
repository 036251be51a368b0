import { plainColor } from "./prepare/colors";
import { runArea, runPath, sparkRuns } from "./prepare/sparkline";

interface SparklineProps {
  readonly values: readonly (number | null)[];
  /** Any CSS colour; the accent when absent. */
  readonly color?: string;
  /** What a screen reader says instead of the drawing, with unit and window. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  readonly className?: string;
}

/** A word-sized line; gaps stay gaps. Pure SVG without state, so a table of hundreds costs nothing. */
export function Sparkline({ values, color = plainColor, label, width = 96, height = 24, className }: SparklineProps) {
  const inset = 1.5;
  const runs = sparkRuns(values, width, height - inset * 2);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      className={className}
      style={{ maxWidth: "100%" }}
    >
      <g transform={`translate(0 ${inset})`}>
        {runs.length === 0 ? (
          <path d={`M0 ${height - inset * 2}H${width}`} stroke="currentColor" strokeOpacity={0.25} strokeDasharray="2 3" fill="none" />
        ) : null}
        {runs.map((run, index) => (
          <g key={index}>
            <path d={runArea(run, height - inset * 2)} fill={color} fillOpacity={0.12} />
            <path
              d={runPath(run)}
              fill="none"
              stroke={color}
              strokeWidth={1.5}
              strokeLinejoin="round"
              strokeLinecap="round"
              vectorEffect="non-scaling-stroke"
            />
          </g>
        ))}
      </g>
    </svg>
  );
}
