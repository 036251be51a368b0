"use client";
import { useEffect, useRef } from "react";
import { Skeleton } from "#components/ui/skeleton";
import type { QueryParams } from "../queries/fetcher";
import { useLogTail } from "../queries/use-log-tail";
import { cn } from "../ui/cn";

interface LogTailProps {
  readonly label: string;
  readonly path: string;
  readonly params?: QueryParams;
  /** Whether more is expected now. */
  readonly live: boolean;
  readonly className?: string;
}

// Terminal colour codes, which a plain tail does not draw.
const ansi = /\u001b\[[0-9;?]*[A-Za-z]/g;
const nearEndPx = 24;

/** The newest lines of one log; stays at its end until somebody scrolls up. */
export function LogTail({ label, path, params = {}, live, className }: LogTailProps) {
  const { lines, loaded, error } = useLogTail(path, params, live);
  const box = useRef<HTMLPreElement>(null);
  const follow = useRef(true);
  useEffect(() => {
    if (box.current !== null && follow.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <pre
      ref={box}
      tabIndex={0}
      role="region"
      aria-label={label}
      onScroll={({ currentTarget: element }) => {
        follow.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx;
      }}
      className={cn("scroll-thin h-72 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-sm leading-5", className)}
    >
      {loaded ? null : <Skeleton className="w-60" />}
      {lines.map((line) => (
        <div key={line.id} className={cn("break-all whitespace-pre-wrap", line.stream === "stderr" && "text-warn")}>
          {line.text.replace(ansi, "")}
        </div>
      ))}
      {loaded && lines.length === 0 ? (
        <span className="text-faint">{error === null ? (live ? "No line yet; waiting for the first one." : "This log is empty.") : error.message}</span>
      ) : null}
    </pre>
  );
}
