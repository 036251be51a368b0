export interface SparkPoint {
  readonly x: number;
  readonly y: number;
}

/**
 * Runs of neighbouring points in a box of `width` × `height`; a null ends a run, so silence stays a gap.
 * The scale starts at zero: a spark compares with nothing, and a cropped one makes noise look like a cliff.
 */
export function sparkRuns(values: readonly (number | null)[], width: number, height: number): readonly (readonly SparkPoint[])[] {
  const top = values.reduce<number>((max, value) => (value === null ? max : Math.max(max, value)), 0);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const runs: SparkPoint[][] = [];
  let open: SparkPoint[] | null = null;
  values.forEach((value, index) => {
    if (value === null) {
      open = null;
      return;
    }
    if (open === null) runs.push((open = []));
    open.push({ x: index * step, y: top === 0 ? height : height - (value / top) * height });
  });
  return runs;
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** SVG path of one run; a lone point becomes a short dash so that it can be seen. */
export function runPath(run: readonly SparkPoint[]): string {
  const [first] = run;
  if (first === undefined) return "";
  if (run.length === 1) return `M${round(Math.max(0, first.x - 0.75))} ${round(first.y)}h1.5`;
  return run.map((point, index) => `${index === 0 ? "M" : "L"}${round(point.x)} ${round(point.y)}`).join("");
}

/** The area below a run, closed on the base line. */
export function runArea(run: readonly SparkPoint[], height: number): string {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined || run.length === 1) return "";
  return `${runPath(run)}L${round(last.x)} ${round(height)}L${round(first.x)} ${round(height)}Z`;
}
