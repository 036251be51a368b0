import { renameSync, writeFileSync } from "node:fs";
import { startTicks } from "../../kernel/process-start";

/** Remembers which processes this installation runs, so that a start after a hard kill finds them and no others. */
export function writePids(file: string, processes: readonly { readonly name: string; readonly pid: number }[]): void {
  const entries = processes.flatMap((entry) => {
    const began = startTicks(entry.pid);
    return began === null ? [] : [{ ...entry, startTicks: began }];
  });
  writeFileSync(`${file}.new`, JSON.stringify(entries));
  renameSync(`${file}.new`, file);
}
