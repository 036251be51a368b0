"use client";
import { useEffect, useState } from "react";
import type { Problem } from "../../server/contract/common";
import type { LogLineDto, LogPage } from "../../server/contract/monitoring";
import { appendLines } from "../logs/prepare/model";
import { apiGet, toProblem, type QueryParams } from "./fetcher";

interface LogLines {
  readonly lines: readonly LogLineDto[];
  readonly loaded: boolean;
  readonly error: Problem["error"] | null;
}

const everyMs = 1500;
const firstLines = 5000;

/** All lines of a log that the viewer holds, growing by what comes; starts anew when the source changes. Pauses while the tab is hidden. */
export function useLogLines(endpoint: string, source: QueryParams): LogLines {
  const [state, setState] = useState<LogLines>({ lines: [], loaded: false, error: null });
  const key = JSON.stringify(source);
  useEffect(() => {
    const controller = new AbortController();
    let after: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState({ lines: [], loaded: false, error: null });
    const read = async () => {
      try {
        if (!document.hidden) {
          const params = JSON.parse(key) as QueryParams;
          const page = await apiGet<LogPage>(
            `/endpoints/${encodeURIComponent(endpoint)}/logs`,
            { ...params, limit: firstLines, ...(after === null ? {} : { after }) },
            controller.signal,
          );
          after = page.next ?? after;
          setState((before) => ({ lines: appendLines(before.lines, page.lines), loaded: true, error: null }));
        }
      } catch (error) {
        if (!controller.signal.aborted) setState((before) => ({ ...before, loaded: true, error: toProblem(error) }));
      }
      if (!controller.signal.aborted) timer = setTimeout(() => void read(), everyMs);
    };
    void read();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [endpoint, key]);
  return state;
}
