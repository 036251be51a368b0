import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { PlannedStop } from "../../domain/instance/planned-stop";

/** Far more than can be waiting for a control plane that notices them. */
const kept = 20;
const schema = z.array(z.object({ from: z.number(), to: z.number().nullable() }));
type Entry = z.infer<typeof schema>[number];

const fileIn = (home: string): string => path.join(home, "run/planned-stops.json");

function read(home: string): readonly Entry[] {
  try {
    return schema.parse(JSON.parse(readFileSync(fileIn(home), "utf8")));
  } catch {
    // No stop yet, or a file that nobody can read any more: then ends are taken as what they look like.
    return [];
  }
}

function write(home: string, entries: readonly Entry[]): void {
  const file = fileIn(home);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(entries.slice(-kept)));
  // A start after a crash in the middle of writing must find the old file or the new one.
  renameSync(`${file}.new`, file);
}

/** Written before the first container is stopped: what ends from now on ends because of us. */
export function beginPlannedStop(home: string, now: number): void {
  const entries = read(home);
  // A stop that was broken off goes on being the same one.
  if (entries.at(-1)?.to !== null) write(home, [...entries, { from: now, to: null }]);
}

/** Called before anything is started: what ends from now on does so by itself. */
export function endPlannedStop(home: string, now: number): void {
  const entries = read(home);
  if (entries.some((entry) => entry.to === null))
    write(
      home,
      entries.map((entry) => ({ ...entry, to: entry.to ?? now })),
    );
}

/** Stops that are over, oldest first. */
export const readPlannedStops = (home: string): readonly PlannedStop[] => read(home).flatMap(({ from, to }) => (to === null ? [] : [{ from, to }]));
