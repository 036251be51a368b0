"use client";
import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import { dividerNeighbours, type DividedShare } from "#server/domain/traffic/divide";
import { finestStep, percentOfTenths, sumOfPercents, tenthsOf, type TrafficStep } from "#server/domain/traffic/tenths";
import { deploymentColor } from "../charts/prepare/colors";
import { cn } from "../ui/cn";

interface SplitBarProps {
  readonly shares: readonly DividedShare[];
  readonly colors: Readonly<Record<string, number>>;
  readonly step: TrafficStep;
  /** The divider moved by `delta` percent, counted from `from`, to a multiple of `step`. */
  readonly onMove: (divider: number, delta: number, from: readonly DividedShare[], step: TrafficStep) => void;
}

const arrows: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
/** Percent that other keys move by, whatever the step. */
const leaps: Readonly<Record<string, number>> = { PageDown: -10, PageUp: 10, Home: -100, End: 100 };

/**
 * The wished split as one bar whose dividers are dragged or moved with the keyboard: arrows by a step, with shift by ten, Page up and down by 10, Home
 * and End to the ends. A drag goes in whole percents; with shift in steps.
 */
export function SplitBar({ shares, colors, step, onMove }: SplitBarProps) {
  const box = useRef<HTMLDivElement>(null);
  const drag = useRef<{ readonly divider: number; readonly x: number; readonly from: readonly DividedShare[] } | null>(null);

  const onKeyDown = (divider: number) => (event: KeyboardEvent) => {
    const arrow = arrows[event.key];
    const delta = arrow === undefined ? leaps[event.key] : arrow * step * (event.shiftKey ? 10 : 1);
    if (delta === undefined) return;
    event.preventDefault();
    onMove(divider, delta, shares, step);
  };
  const onPointerDown = (divider: number) => (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { divider, x: event.clientX, from: shares };
  };
  const onPointerMove = (event: PointerEvent) => {
    const width = box.current?.clientWidth ?? 0;
    if (drag.current === null || width === 0) return;
    const moved = ((event.clientX - drag.current.x) / width) * 100;
    const fine = event.shiftKey && step === finestStep;
    onMove(drag.current.divider, fine ? percentOfTenths(tenthsOf(moved)) : Math.round(moved), drag.current.from, fine ? step : 1);
  };

  const ends = shares.map((_, index) => sumOfPercents(shares.slice(0, index + 1).map((share) => share.percent)));
  return (
    <div ref={box} className="relative h-9 w-full overflow-visible rounded-md bg-active select-none">
      <div className="flex h-full w-full overflow-hidden rounded-md">
        {shares.map((share) => (
          <div
            key={share.name}
            style={{ width: `${share.percent}%`, background: deploymentColor(colors[share.name] ?? 0) }}
            className="@container flex min-w-0 items-center text-sm font-medium text-text"
          >
            {/* A part of a name says nothing: too narrow a segment leaves it to the rows below. */}
            <span className="mx-2 hidden truncate rounded-sm bg-surface px-1.5 @[5rem]:inline">
              {share.name} {share.percent}
            </span>
          </div>
        ))}
      </div>
      {shares.slice(0, -1).map((share, divider) => {
        const pair = dividerNeighbours(shares, divider);
        const right = shares[divider + 1]?.name ?? "";
        return (
          <div
            key={share.name}
            role="slider"
            tabIndex={pair === null ? -1 : 0}
            aria-disabled={pair === null}
            aria-label={`Divider between ${share.name} and ${right}`}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={share.percent}
            aria-valuetext={`${share.name} ${share.percent} %, ${right} ${shares[divider + 1]?.percent ?? 0} %`}
            onKeyDown={onKeyDown(divider)}
            onPointerDown={onPointerDown(divider)}
            onPointerMove={onPointerMove}
            onPointerUp={() => {
              drag.current = null;
            }}
            onPointerCancel={() => {
              drag.current = null;
            }}
            style={{ left: `${ends[divider] ?? 0}%` }}
            className={cn(
              "absolute -top-1 -bottom-1 z-10 flex w-5 -translate-x-1/2 cursor-ew-resize touch-none items-center justify-center",
              pair === null && "cursor-not-allowed opacity-40",
            )}
          >
            <span className="h-full w-1.5 rounded-full border border-line-strong bg-surface shadow-control" />
          </div>
        );
      })}
    </div>
  );
}
