import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

interface Entry {
  readonly name: string;
  readonly pid: number;
}

/** Remembers which processes this installation runs, so that a start after a hard kill finds them. */
export function writePids(file: string, entries: readonly Entry[]): void {
  writeFileSync(file, JSON.stringify(entries));
}

function isOurs(entry: Entry): boolean {
  try {
    // A pid may have been given to somebody else since: only a process that still runs our bundle is ours.
    const command = readFileSync(`/proc/${String(entry.pid)}/cmdline`, "utf8");
    return (
      command.includes(`${entry.name}.mjs`) ||
      command.includes(`processes/${entry.name}.ts`) ||
      (entry.name === "studio" && /standalone\/server\.js|next-server|next\/dist/.test(command))
    );
  } catch {
    return false;
  }
}

/** Ends processes that a killed supervisor left behind; gateway and instances are containers and go on serving. */
export async function endLeftovers(file: string): Promise<number> {
  let entries: Entry[];
  try {
    entries = JSON.parse(readFileSync(file, "utf8")) as Entry[];
  } catch {
    return 0;
  }
  const ours = entries.filter(isOurs);
  for (const entry of ours) process.kill(entry.pid, "SIGTERM");
  for (let round = 0; round < 50 && ours.some(isOurs); round += 1) await delay(100);
  for (const entry of ours.filter(isOurs)) process.kill(entry.pid, "SIGKILL");
  return ours.length;
}
