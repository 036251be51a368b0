"use client";
import { useEffect, useState } from "react";
import type { LogLineDto, LogPage } from "../../server/contract/monitoring";
import { apiGet, toProblem, type QueryParams } from "./fetcher";
import type { Problem } from "../../server/contract/common";

export interface LogTail {
  readonly lines: readonly LogLineDto[];
  readonly loaded: boolean;
  readonly error: Problem["error"] | null;
}

const liveMs = 1000;
const restingMs = 8000;
// A tail beside other things: the log viewer shows the rest.
const keptLines = 2000;

/** The newest lines of a log, growing by what comes: only what is new is asked for. Pauses while the tab is hidden. */
export function useLogTail(path: string, params: QueryParams, live: boolean): LogTail {
  const [tail, setTail] = useState<LogTail>({ lines: [], loaded: false, error: null });
  const source = `${path}?${JSON.stringify(params)}`;
  useEffect(() => {
    const controller = new AbortController();
    let after: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setTail({ lines: [], loaded: false, error: null });
    const read = async () => {
      try {
        if (!document.hidden) {
          const page: LogPage = await apiGet<LogPage>(path, { ...params, limit: keptLines, ...(after === null ? {} : { after }) }, controller.signal);
          const known = new Set<string>();
          setTail((before) => {
            for (const line of before.lines) known.add(line.id);
            const fresh = page.lines.filter((line) => !known.has(line.id));
            if (fresh.length === 0 && before.loaded && before.error === null) return before;
            return { lines: [...before.lines, ...fresh].slice(-keptLines), loaded: true, error: null };
          });
          after = page.next ?? page.lines.at(-1)?.id ?? after;
        }
      } catch (error) {
        if (!controller.signal.aborted) setTail((before) => ({ ...before, loaded: true, error: toProblem(error) }));
      }
      if (!controller.signal.aborted) timer = setTimeout(() => void read(), live ? liveMs : restingMs);
    };
    void read();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
    // `source` stands for path and params, whose object is a new one at every render.
  }, [source, live]);
  return tail;
}
