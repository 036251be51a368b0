"use client";
import { LogView } from "../logs/log-view";
import type { QueryParams } from "../queries/fetcher";
import { useLogHistory } from "../queries/use-log-history";

interface LogTailProps {
  readonly label: string;
  readonly path: string;
  readonly params?: QueryParams;
  /** Whether more is expected now. */
  readonly live: boolean;
  readonly height?: number;
}

const look = { wrap: true, times: "absolute" } as const;

/** One log beside other things: stays at its end until somebody scrolls up, and reaches back to its first line. */
export function LogTail({ label, path, params = {}, live, height = 288 }: LogTailProps) {
  const { window, loaded, reading, error, loadOlder } = useLogHistory(path, params, { live });
  const waiting = live ? "No line yet; waiting for the first one." : "This log is empty.";
  return (
    <LogView
      lines={window.lines}
      follow
      height={height}
      label={label}
      look={look}
      emptyText={error?.message ?? (loaded ? waiting : "Reading the log…")}
      onNearStart={window.older === null || reading !== null ? undefined : () => void loadOlder()}
    />
  );
}
