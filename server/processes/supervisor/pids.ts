import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** When a process began, in clock ticks since the machine did: with the pid it names a process for good. Null when it is gone. */
function startTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

/** Remembers which processes this installation runs, so that a start after a hard kill finds them and no others. */
export function writePids(file: string, processes: readonly { readonly name: string; readonly pid: number }[]): void {
  const entries = processes.flatMap((entry) => {
    const began = startTicks(entry.pid);
    return began === null ? [] : [{ ...entry, startTicks: began }];
  });
  writeFileSync(`${file}.new`, JSON.stringify(entries));
  renameSync(`${file}.new`, file);
}
