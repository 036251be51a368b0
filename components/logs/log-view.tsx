"use client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import type { LogLineDto } from "#server/contract/monitoring";
import { Button } from "#components/ui/button";
import { cn } from "../ui/cn";
import { LogLine, type LogLineLook } from "./log-line";
import type { Search } from "./prepare/search";

const rowHeight = 20;
// Nearer to the end than this counts as being there: a half-shown last line must not end the following.
const endSlack = 24;
// Reading on begins this far from an end, so that scrolling meets no wall.
const nearPx = 1200;

interface LogViewProps {
  readonly lines: readonly LogLineDto[];
  /** Begins at the newest line and stays there until scrolled up. */
  readonly follow?: boolean;
  /** Pixels. */
  readonly height?: number;
  readonly emptyText: string;
  readonly label?: string;
  /** Positions in `lines` to show; all when absent. */
  readonly shown?: readonly number[];
  readonly search?: Search | null;
  readonly look?: LogLineLook;
  readonly selectedId?: string | null;
  readonly onSelect?: (id: string) => void;
  /** Position in `shown` of the hit that was stepped to. */
  readonly currentHit?: number | null;
  /** Reads on where the view comes near an end of what is held; absent when there is no more. */
  readonly onNearStart?: (() => void) | undefined;
  readonly onNearEnd?: (() => void) | undefined;
  /** Goes to the newest line when it is not among those held. */
  readonly onJump?: (() => void) | undefined;
}

const plainLook: LogLineLook = { wrap: false, times: "absolute" };

/** Scroll state of a growing list: follows the end, stops when the reader scrolls up, takes up again at the end. */
function useFollow(follow: boolean, hasEnd: boolean, newestId: string | undefined, scrollToEnd: () => void) {
  const [following, setFollowing] = useState(follow);
  const lastTop = useRef(0);
  const onScroll = useCallback(
    (box: HTMLElement) => {
      const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < endSlack;
      if (atEnd && hasEnd) setFollowing(true);
      else if (box.scrollTop < lastTop.current - 1) setFollowing(false);
      lastTop.current = box.scrollTop;
    },
    [hasEnd],
  );
  useEffect(() => {
    // The newest id, not the count: a full list drops as many lines as it takes.
    if (following && follow && newestId !== undefined) scrollToEnd();
  }, [following, follow, newestId, scrollToEnd]);
  return { following, onScroll, stop: useCallback(() => setFollowing(false), []), start: useCallback(() => setFollowing(true), []) };
}

/** Reads on while the view is near an end of what is held: on scrolling, and when too little is left to scroll. */
function useReadingOn(box: RefObject<HTMLElement | null>, count: number, { onNearStart, onNearEnd }: Pick<LogViewProps, "onNearStart" | "onNearEnd">) {
  const check = useCallback(() => {
    if (box.current === null) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    if (scrollTop < nearPx) onNearStart?.();
    if (scrollHeight - scrollTop - clientHeight < nearPx) onNearEnd?.();
  }, [box, onNearStart, onNearEnd]);
  useEffect(check, [check, count]);
  return check;
}

/** Log lines, virtualised: a hundred thousand scroll as smoothly as ten. */
export function LogView({
  lines,
  follow = false,
  height = 420,
  emptyText,
  label = "Log",
  shown,
  search = null,
  look = plainLook,
  selectedId = null,
  onSelect,
  currentHit = null,
  onNearStart,
  onNearEnd,
  onJump,
}: LogViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set());
  const count = shown?.length ?? lines.length;
  const lineAt = useCallback((position: number) => lines[shown === undefined ? position : (shown[position] ?? -1)], [lines, shown]);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 20,
    // The same function until the lines change: a new one makes it lay out all hundred thousand again.
    getItemKey: useCallback((position: number) => lineAt(position)?.id ?? position, [lineAt]),
    // Holds the reader's line in place when lines join or leave above it.
    anchorTo: "end",
  });
  const scrollToEnd = useCallback(() => {
    if (count > 0) virtualizer.scrollToIndex(count - 1, { align: "end" });
  }, [virtualizer, count]);
  const { following, onScroll, stop, start } = useFollow(follow, onNearEnd === undefined, lines.at(-1)?.id, scrollToEnd);
  const readOn = useReadingOn(box, count, { onNearStart, onNearEnd });
  const jump = () => {
    start();
    if (onJump === undefined) scrollToEnd();
    else onJump();
  };
  const toggle = useCallback(
    (id: string) =>
      setOpen((before) => {
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );

  const selectedPosition = useMemo(() => {
    if (selectedId === null) return -1;
    const index = lines.findIndex((line) => line.id === selectedId);
    return shown === undefined ? index : shown.indexOf(index);
  }, [selectedId, lines, shown]);
  const jumpedTo = useRef<string | null>(null);
  useEffect(() => {
    if (selectedId === null || selectedPosition === -1 || jumpedTo.current === selectedId) return;
    jumpedTo.current = selectedId;
    stop();
    virtualizer.scrollToIndex(selectedPosition, { align: "center" });
  }, [selectedId, selectedPosition, stop, virtualizer]);
  useEffect(() => {
    if (currentHit === null) return;
    stop();
    virtualizer.scrollToIndex(currentHit, { align: "center" });
  }, [currentHit, stop, virtualizer]);

  const newestAt = lines.at(-1)?.at ?? 0;
  return (
    <div className="relative min-w-0">
      <div
        ref={box}
        tabIndex={0}
        role="region"
        aria-label={label}
        style={{ height }}
        onScroll={(event) => {
          onScroll(event.currentTarget);
          readOn();
        }}
        className="scroll-thin overflow-auto rounded-md border border-line bg-sunken py-1 [contain:strict]"
      >
        {count === 0 ? <p className="px-3 py-2 text-muted">{emptyText}</p> : null}
        <div className={cn("relative", look.wrap ? "w-full" : "w-max min-w-full")} style={{ height: virtualizer.getTotalSize() }}>
          {/* One offset for the whole window of rows keeps their widths in one flow, so the longest decides how far one can scroll. */}
          <div className={look.wrap ? "w-full" : "w-max min-w-full"} style={{ transform: `translateY(${virtualizer.getVirtualItems()[0]?.start ?? 0}px)` }}>
            {virtualizer.getVirtualItems().map((item) => {
              const line = lineAt(item.index);
              if (line === undefined) return null;
              return (
                <div key={item.key} data-index={item.index} ref={virtualizer.measureElement}>
                  <LogLine
                    line={line}
                    look={look}
                    newestAt={look.times === "relative" ? newestAt : 0}
                    search={search}
                    selected={line.id === selectedId}
                    current={item.index === currentHit}
                    open={open.has(line.id)}
                    onToggle={toggle}
                    {...(onSelect === undefined ? {} : { onSelect })}
                  />
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {follow && (!following || onJump !== undefined) && count > 0 ? (
        <Button size="sm" variant="primary" onClick={jump} className="absolute right-4 bottom-3 shadow-raised">
          <ArrowDown aria-hidden />
          Jump to newest
        </Button>
      ) : null}
    </div>
  );
}
