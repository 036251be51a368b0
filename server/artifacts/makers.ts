import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { startTicks } from "#server/kernel/process-start";

/** Where process ids mean the same: one start of a machine, and one namespace of it. Null where the system does not tell. */
function processSpace(): string | null {
  try {
    const words = [readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(), readlinkSync("/proc/self/ns/pid")];
    return createHash("sha256").update(words.join()).digest("hex").slice(0, 12);
  } catch {
    return null;
  }
}

const space = processSpace();
const began = startTicks(process.pid);

/** Begins the names of this process's unfinished files: whoever finds one can tell whether somebody still works on it. */
export const makerPrefix = space === null || began === null ? "" : `${space}-${String(process.pid)}-${began}-`;

const pattern = /^([0-9a-f]{12})-(\d+)-(\d+)-/;

/** Whether the process that made this unfinished file has ended. False for whom nothing can be known of: those of other machines and containers. */
export function isMakerGone(name: string): boolean {
  const [, where, pid, ticks] = pattern.exec(name) ?? [];
  return where !== undefined && where === space && startTicks(Number(pid)) !== ticks;
}
