import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { hourOfFolder, requestsDirectory } from "./paths";

/**
 * Says which files of an hour count. A compacted file counts only once the manifest names it, and from that moment the parts that went into
 * it do not count any more, so a reader never meets a row twice, whatever still lies in the folder.
 */
export const manifestSchema = z.object({ generation: z.number().int().positive(), compacted: z.string(), replaced: z.array(z.string()), at: z.number() });
export type Manifest = z.infer<typeof manifestSchema>;

export const manifestName = "manifest.json";
export const compactedName = (generation: number): string => `hour-${generation}.parquet`;

export interface HourFolder {
  readonly at: number;
  readonly directory: string;
}

const namesOf = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

/** Hour folders that touch [from, to), newest first. */
export async function hourFolders(home: string, from: number, to: number): Promise<HourFolder[]> {
  const root = requestsDirectory(home);
  const folders: HourFolder[] = [];
  const days = (await namesOf(root)).filter((day) => {
    const start = hourOfFolder(day, "hh=00");
    return start !== null && start + 86_400_000 > from && start < to;
  });
  for (const day of days) {
    for (const hour of await namesOf(path.join(root, day))) {
      const at = hourOfFolder(day, hour);
      if (at !== null && at + 3_600_000 > from && at < to) folders.push({ at, directory: path.join(root, day, hour) });
    }
  }
  return folders.sort((a, b) => b.at - a.at);
}

export async function readManifest(directory: string): Promise<Manifest | null> {
  const text = await readFile(path.join(directory, manifestName), "utf8").catch(() => null);
  return text === null ? null : manifestSchema.parse(JSON.parse(text));
}

/** Names of the Parquet files of one hour that hold every row exactly once. */
export async function liveFiles(directory: string): Promise<string[]> {
  // Parts first: one that disappears afterwards was replaced by what the manifest then names.
  const parts = (await namesOf(directory)).filter((name) => name.startsWith("part-") && name.endsWith(".parquet"));
  const manifest = await readManifest(directory);
  if (manifest === null) return parts;
  const replaced = new Set(manifest.replaced);
  return [manifest.compacted, ...parts.filter((name) => !replaced.has(name))];
}
