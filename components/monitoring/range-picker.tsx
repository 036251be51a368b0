"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useMemo } from "react";
import { Button } from "#components/ui/button";
import { Choice } from "#components/ui/choice";
import { liveRanges, parseRange, rangeParams, windowOf, type LiveRange, type RangeChoice, type TimeWindow } from "../charts/prepare/range";
import { formatAbsolute, useNow } from "../ui/time";

export interface Range {
  readonly choice: RangeChoice;
  readonly window: TimeWindow;
  readonly choose: (choice: RangeChoice) => void;
}

/** The page's time range, kept in the address so that a link shows the same charts. */
export function useRange(fallback: LiveRange): Range {
  const router = useRouter();
  const pathname = usePathname();
  const search = useSearchParams();
  const now = useNow();
  const text = search.toString();
  const choice = useMemo(() => parseRange(new URLSearchParams(text), fallback), [text, fallback]);
  return { choice, window: windowOf(choice, now), choose: (next) => router.replace(`${pathname}?${rangeParams(next, text)}`, { scroll: false }) };
}

/** The usual ranges, and the way out of a zoomed one. */
export function RangePicker({ range, fallback }: { readonly range: Range; readonly fallback: LiveRange }) {
  const { choice, choose } = range;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {choice.kind === "fixed" ? (
        <>
          <span className="text-sm text-muted" suppressHydrationWarning>
            {formatAbsolute(choice.from)} to {formatAbsolute(choice.to)}
          </span>
          <Button size="sm" onClick={() => choose({ kind: "live", range: fallback })}>
            Back to live
          </Button>
        </>
      ) : null}
      <Choice
        legend="Time range"
        hideLegend
        value={choice.kind === "live" ? choice.range : ""}
        onChange={(value) => choose(parseRange(new URLSearchParams({ range: value })))}
        options={liveRanges.map((value) => ({ value, text: value }))}
      />
    </div>
  );
}
