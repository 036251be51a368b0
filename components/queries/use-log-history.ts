"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Problem } from "#server/contract/common";
import type { LogPage } from "#server/contract/monitoring";
import { emptyWindow, openWindow, pageLines, withNewer, withOlder, type Keep, type LogWindow, type ReadPage } from "../logs/prepare/history";
import { apiGet, toProblem, type QueryParams } from "./fetcher";

interface LogState {
  readonly window: LogWindow;
  readonly loaded: boolean;
  readonly reading: "older" | "newer" | null;
  readonly error: Problem["error"] | null;
}

export interface LogHistory extends LogState {
  readonly loadOlder: () => Promise<void>;
  readonly loadNewer: () => Promise<void>;
  /** Drops what is held and begins at the newest line again. */
  readonly toNewest: () => void;
  readonly read: ReadPage;
}

interface Options {
  /** Line to open at instead of the newest. */
  readonly at?: string | null;
  /** Whether more is expected soon. */
  readonly live?: boolean;
  /** Lines to keep when there is no room for all; a stable object. */
  readonly keep?: Keep | null;
  /** Not read while false. */
  readonly enabled?: boolean;
}

const liveMs = 1500;
const restingMs = 8000;
const unread: LogState = { window: emptyWindow, loaded: false, reading: null, error: null };

/** A stretch of one log: opens at its end (or at a line), follows what is written, and reads on at either end. Pauses while the tab is hidden. */
export function useLogHistory(path: string, params: QueryParams, { at = null, live = true, keep = null, enabled = true }: Options = {}): LogHistory {
  const source = JSON.stringify(params);
  const [state, setState] = useState<LogState>(unread);
  const [opened, setOpened] = useState<{ readonly asked: string | null; readonly at: string | null; readonly round: number }>({ asked: at, at, round: 0 });
  if (opened.asked !== at) setOpened({ asked: at, at, round: opened.round + 1 });
  const held = useRef<LogState>(unread);
  const round = useRef(0);
  // Neither a filter nor a change of pace begins the log anew.
  const [keeping, pace] = [useRef(keep), useRef(live)];
  useEffect(() => {
    keeping.current = keep;
    pace.current = live;
  }, [keep, keeping, live, pace]);
  const put = useCallback((next: Partial<LogState>) => {
    held.current = { ...held.current, ...next };
    setState(held.current);
  }, []);
  const read = useCallback<ReadPage>((position) => apiGet<LogPage>(path, { ...(JSON.parse(source) as QueryParams), ...position }), [path, source]);

  /** Runs one read at a time; what comes back after the log was opened anew belongs to nobody. */
  const run = useCallback(
    async (kind: LogState["reading"], work: (window: LogWindow) => Promise<(now: LogWindow) => LogWindow>) => {
      if (held.current.reading !== null) return;
      const mine = round.current;
      put({ reading: kind });
      try {
        const change = await work(held.current.window);
        if (mine === round.current) put({ window: change(held.current.window), loaded: true, reading: null, error: null });
      } catch (error) {
        if (mine === round.current) put({ loaded: true, reading: null, error: toProblem(error) });
      }
    },
    [put],
  );
  const loadOlder = useCallback(
    () =>
      run("older", async ({ older }) => {
        if (older === null) return (now) => now;
        const page = await read({ before: older, limit: pageLines });
        return (now) => withOlder(now, page, keeping.current);
      }),
    [run, read, keeping],
  );
  const loadNewer = useCallback(
    () =>
      run("newer", async ({ newer }) => {
        if (newer === null) {
          const fresh = await openWindow(read, null);
          return () => fresh;
        }
        const page = await read({ ...newer, limit: pageLines });
        return (now) => (page.lines.length === 0 && now.atEnd ? now : withNewer(now, page, keeping.current));
      }),
    [run, read, keeping],
  );
  const toNewest = useCallback(() => setOpened((before) => ({ ...before, at: null, round: before.round + 1 })), []);

  // A filter that other lines were let go for needs the log anew.
  const { keptBy } = state.window;
  useEffect(() => {
    if (keptBy !== null && keptBy !== (keep?.key ?? "")) toNewest();
  }, [keptBy, keep, toNewest]);

  useEffect(() => {
    if (!enabled) return;
    round.current += 1;
    const mine = round.current;
    let timer: ReturnType<typeof setTimeout> | undefined;
    held.current = unread;
    setState(unread);
    const follow = async () => {
      const { window, loaded } = held.current;
      if (!document.hidden) {
        if (!loaded) await run("newer", async () => openWindow(read, opened.at).then((fresh) => () => fresh));
        else if (window.atEnd) await loadNewer();
      }
      if (mine === round.current) timer = setTimeout(() => void follow(), pace.current ? liveMs : restingMs);
    };
    void follow();
    return () => {
      round.current += 1;
      clearTimeout(timer);
    };
  }, [enabled, read, run, loadNewer, pace, opened]);
  return { ...state, loadOlder, loadNewer, toNewest, read };
}
