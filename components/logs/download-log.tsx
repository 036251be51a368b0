"use client";
import { Download, X } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "#components/ui/button";
import { saveText } from "../charts/download";
import { toProblem } from "../queries/fetcher";
import { formatCount } from "../ui/format";
import { useToast } from "../ui/toast";
import { scanHistory, type ReadPage } from "./prepare/history";
import { logFile } from "./prepare/line";
import { asksFor, matches, type LineFilter } from "./prepare/model";

interface DownloadLogProps {
  readonly read: ReadPage;
  readonly filter: LineFilter;
  readonly fileName: string;
  readonly disabled: boolean;
}

/** Saves every kept line that the filter asks for, also those that were never scrolled to. */
export function DownloadLog({ read, filter, fileName, disabled }: DownloadLogProps) {
  const [progress, setProgress] = useState<{ readonly read: number; readonly found: number } | null>(null);
  const stop = useRef<AbortController>(null);
  const toast = useToast();
  const save = async () => {
    const { signal } = (stop.current = new AbortController());
    setProgress({ read: 0, found: 0 });
    const parts: string[] = [];
    let seen = { read: 0, found: 0 };
    try {
      await scanHistory(read, (lines) => {
        const found = lines.filter((line) => matches(line, filter));
        if (found.length > 0) parts.unshift(logFile(found));
        seen = { read: seen.read + lines.length, found: seen.found + found.length };
        setProgress(seen);
        return !signal.aborted;
      });
      if (signal.aborted) return;
      if (seen.found === 0) toast({ text: "Nothing to download", detail: `None of ${formatCount(seen.read)} kept lines matches.` });
      else saveText(fileName, parts.join(""));
    } catch (error) {
      toast({ tone: "bad", text: "The log could not be read to its end", detail: toProblem(error).message });
    } finally {
      setProgress(null);
    }
  };
  if (progress === null)
    return (
      <Button size="sm" disabled={disabled} onClick={() => void save()}>
        <Download aria-hidden />
        {asksFor(filter) ? "Download matches" : "Download all"}
      </Button>
    );
  return (
    <span role="status" className="flex items-center gap-2 text-sm text-muted tabular-nums">
      {formatCount(progress.found)} of {formatCount(progress.read)} lines
      <Button size="sm" onClick={() => stop.current?.abort()}>
        <X aria-hidden />
        Stop
      </Button>
    </span>
  );
}
