"use client";
import { useEffect, useState, useSyncExternalStore } from "react";
import { formatAgo } from "./format";

const tickMs = 5000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // The clock stood while no page had a label: what happened since would seem to lie ahead.
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const each of listeners) each();
    }, tickMs);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time of all relative labels of the page: one clock, so that they agree and cost one timer. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => nowMs,
    () => Date.now(),
  );
}

function useMounted(): boolean {
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  return mounted;
}

/** Local time to the second, for titles. */
export function formatAbsolute(atMs: number): string {
  return new Date(atMs).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** How long ago, with the exact local time as title. The server cannot know the reader's zone, so the title comes after mounting. */
export function Time({ at, className }: { readonly at: number; readonly className?: string }) {
  const now = useNow();
  const mounted = useMounted();
  return (
    <time dateTime={new Date(at).toISOString()} title={mounted ? formatAbsolute(at) : undefined} className={className} suppressHydrationWarning>
      {formatAgo(at, now)}
    </time>
  );
}
