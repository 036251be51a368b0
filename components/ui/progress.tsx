import { cn } from "./cn";

interface ProgressProps {
  readonly label: string;
  /** 0 to 1. */
  readonly value: number;
  readonly tone?: "accent" | "ok" | "warn" | "bad";
  readonly className?: string;
}

const fills = { accent: "bg-accent", ok: "bg-ok", warn: "bg-warn", bad: "bg-bad" } as const;

/** How far along something is. */
export function Progress({ label, value, tone = "accent", className }: ProgressProps) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className={cn("h-1.5 overflow-hidden rounded-full bg-active", className)}
    >
      <div className={cn("h-full rounded-full transition-[width] duration-200", fills[tone])} style={{ width: `${percent}%` }} />
    </div>
  );
}
