import { readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DuckDBInstance } from "@duckdb/node-api";
import type { Db } from "../db";
import { literal, withConnection } from "../duckdb";
import { publish } from "../ingest/parquet";
import { compactedName, hourFolders, liveFiles, manifestName, readManifest, type Manifest } from "../parts";
import { hourMs } from "../paths";

export interface CompactContext {
  readonly home: string;
  readonly db: Db;
  readonly duck: DuckDBInstance;
  readonly now: number;
}

/** How long after its end an hour is left alone: requests that were running over its end arrive until then. */
const settleMs = 10 * 60_000;
/** How long replaced files stay, for readers that already listed them. Longer than a query may run. */
const graceMs = 2 * 60_000;

/** Part of the part's file name that is the ingested name. */
const ingestedName = (file: string): string => file.slice("part-".length, -".parquet".length);

/** Files that may be merged: an unfinished ingest may still write its part again, so only committed parts count. */
async function committedParts(db: Db, files: readonly string[]): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>("SELECT name FROM ingested_part WHERE name = ANY($1)", [files.map(ingestedName)]);
  return new Set(rows.map((row) => `part-${row.name}.parquet`));
}

async function writeCompacted(duck: DuckDBInstance, directory: string, name: string, files: readonly string[]): Promise<void> {
  const final = path.join(directory, name);
  const sources = files.map((file) => literal(path.join(directory, file))).join(", ");
  await withConnection(duck, async (connection) => {
    await connection.run(
      `COPY (SELECT * FROM read_parquet([${sources}], union_by_name = true) ORDER BY "startedAt") TO ${literal(`${final}.tmp`)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  });
  await publish(`${final}.tmp`, final);
}

async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const temporary = path.join(directory, `${manifestName}.tmp`);
  await writeFile(temporary, JSON.stringify(manifest));
  await publish(temporary, path.join(directory, manifestName));
}

/** Deletes what no manifest counts any more, once no reader can still be at it. */
async function removeReplaced(directory: string, manifest: Manifest, now: number): Promise<void> {
  if (now - manifest.at < graceMs) return;
  const live = new Set(await liveFiles(directory));
  const dead = (await readdir(directory)).filter((name) => (name.endsWith(".parquet") && !live.has(name)) || name.endsWith(".tmp"));
  await Promise.all(dead.map((name) => rm(path.join(directory, name), { force: true })));
}

async function compactHour(context: CompactContext, directory: string): Promise<boolean> {
  const { db, duck, now } = context;
  const parts = (await liveFiles(directory)).filter((name) => name.startsWith("part-"));
  const committed = await committedParts(db, parts);
  const merged = parts.filter((name) => committed.has(name));
  const manifest = await readManifest(directory);
  if (merged.length < (manifest === null ? 2 : 1)) {
    if (manifest !== null) await removeReplaced(directory, manifest, now);
    return false;
  }
  const generation = (manifest?.generation ?? 0) + 1;
  const compacted = compactedName(generation);
  await writeCompacted(duck, directory, compacted, manifest === null ? merged : [manifest.compacted, ...merged]);
  // Names replaced earlier stay listed: their files may still lie there and must not count again.
  await writeManifest(directory, { generation, compacted, replaced: [...(manifest?.replaced ?? []), ...merged], at: now });
  return true;
}

/**
 * Merges the parts of finished hours into one file per hour, and removes files that an earlier pass replaced. Returns the number of hours merged.
 * Dying anywhere is harmless: a compacted file that no manifest names is ignored and written again.
 */
export async function compactHours(context: CompactContext, lookBackMs = 7 * 86_400_000): Promise<number> {
  const { home, now } = context;
  let merged = 0;
  for (const folder of await hourFolders(home, now - lookBackMs, now)) {
    if (folder.at + hourMs + settleMs > now) continue;
    if (await compactHour(context, folder.directory)) merged += 1;
  }
  return merged;
}
