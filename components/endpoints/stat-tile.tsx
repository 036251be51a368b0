import Link from "next/link";
import type { ReactNode } from "react";
import { Sparkline } from "#components/charts/sparkline";
import { cn } from "../ui/cn";

interface StatTileProps {
  readonly name: string;
  readonly value: string;
  /** Window and source of the number. */
  readonly note: string;
  readonly change?: { readonly text: string; readonly tone: "ok" | "bad" | "idle" } | null;
  readonly spark?: readonly (number | null)[] | undefined;
  readonly href: string;
  readonly extra?: ReactNode;
}

const inks = { ok: "text-ok", bad: "text-bad", idle: "text-faint" } as const;

/** One number with its window, its change against the hour before and, where it was measured by minute, its course. */
export function StatTile({ name, value, note, change, spark, href, extra }: StatTileProps) {
  return (
    <Link href={href} className="group flex min-h-24 min-w-0 flex-col bg-surface p-3 transition-colors hover:bg-hover/60 focus-visible:z-10">
      <span className="flex items-baseline justify-between gap-2 text-sm text-muted">
        <span className="truncate group-hover:text-text">{name}</span>
        <span className="shrink-0 text-xs text-faint">{note}</span>
      </span>
      <span className="flex items-baseline gap-2">
        <span className="num text-xl font-semibold tracking-tight">{value}</span>
        {change === null || change === undefined ? null : (
          <span className={cn("num text-sm", inks[change.tone])} title="Against the hour before">
            {change.text}
          </span>
        )}
      </span>
      <span className="mt-auto block h-6 overflow-hidden pt-1 text-sm text-faint">
        {spark === undefined ? extra : <Sparkline values={spark} label={`${name} by minute in the last hour`} width={160} height={20} className="w-full" />}
      </span>
    </Link>
  );
}
