import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Process ids whose command line, arguments separated by blanks, matches. */
export function pidsMatching(pattern: RegExp): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return pattern.test(readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " "));
      } catch {
        // It ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

export function killHard(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/**
 * Keeps processes dead although something starts them again, until the answered function is called. It resolves when the watching ended, to the
 * number of kills.
 */
export function keepDead(find: () => readonly number[], everyMs = 50): () => Promise<number> {
  const over = new AbortController();
  let kills = 0;
  const watching = (async () => {
    while (!over.signal.aborted) {
      for (const pid of find()) {
        killHard(pid);
        kills += 1;
      }
      await delay(everyMs);
    }
  })();
  return async () => {
    over.abort();
    await watching;
    return kills;
  };
}
