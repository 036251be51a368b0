import type { Pair } from "#components/ui/pairs-editor";

/** Rows with a name, as a record; a later row wins. */
export function pairsToRecord(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.filter((pair) => pair.name.trim() !== "").map((pair) => [pair.name.trim(), pair.value]));
}

export function recordToPairs(record: Readonly<Record<string, string>>): readonly Pair[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}
