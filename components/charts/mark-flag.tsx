import Link from "next/link";

export interface ChartMark {
  readonly at: number;
  readonly kind: string;
  readonly text: string;
  /** Where the entry is told in full. */
  readonly href: string;
}

const markColors: Readonly<Record<string, string>> = {
  failure: "var(--color-bad)",
  split: "var(--color-accent)",
  rollout: "var(--deploy-4)",
  scale: "var(--color-warn)",
};
export const markColor = (kind: string): string => markColors[kind] ?? "var(--color-idle)";

/** The head of a vertical mark; opens the activity entry. Recharts hands over where it goes. */
export function MarkFlag({ mark, viewBox }: { readonly mark: ChartMark; readonly viewBox?: { readonly x?: number; readonly y?: number } }) {
  if (viewBox?.x === undefined || viewBox.y === undefined) return null;
  const { x, y } = viewBox;
  // Reached with the keyboard through the list of changes below the charts; here it would put a stop on every chart.
  return (
    <Link href={mark.href} tabIndex={-1} aria-hidden>
      <title>{`${mark.kind}: ${mark.text}`}</title>
      <path d={`M${x - 4} ${y - 8}h8v4l-4 4l-4-4z`} fill={markColor(mark.kind)} />
    </Link>
  );
}
