import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Db } from "../db";
import { buildsDirectory, hourOfFolder, logsDirectory, requestsDirectory } from "../paths";

export interface RetentionRules {
  /** Raw requests in Parquet. */
  readonly rawDays: number;
  /** Minutes of requests and of container statistics. */
  readonly metricDays: number;
  readonly logDays: number;
  /** Container and build logs together; the oldest files go first. */
  readonly logBytes: number;
}

export interface RetentionOutcome {
  readonly dayFolders: number;
  readonly logFiles: number;
  readonly minuteRows: number;
}

const dayMs = 86_400_000;

async function dropDays(home: string, before: number): Promise<number> {
  const root = requestsDirectory(home);
  const days = await readdir(root).catch(() => []);
  const old = days.filter((day) => {
    const start = hourOfFolder(day, "hh=00");
    return start !== null && start + dayMs <= before;
  });
  for (const day of old) await rm(path.join(root, day), { recursive: true, force: true });
  return old.length;
}

async function filesBelow(directory: string): Promise<{ path: string; mtimeMs: number; size: number }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const infos = await Promise.all(files.map(async (file) => ({ file, info: await stat(file).catch(() => null) })));
  return infos.flatMap(({ file, info }) => (info === null ? [] : [{ path: file, mtimeMs: info.mtimeMs, size: info.size }]));
}

async function dropLogs(home: string, rules: RetentionRules, now: number): Promise<number> {
  const files = [...(await filesBelow(logsDirectory(home))), ...(await filesBelow(buildsDirectory(home)))].sort((a, b) => a.mtimeMs - b.mtimeMs);
  let bytes = files.reduce((sum, file) => sum + file.size, 0);
  let dropped = 0;
  for (const file of files) {
    if (file.mtimeMs >= now - rules.logDays * dayMs && bytes <= rules.logBytes) break;
    await rm(file.path, { force: true });
    bytes -= file.size;
    dropped += 1;
  }
  return dropped;
}

/** Deletes what is past its time: whole day folders of raw requests, log files, minute rows. Cost and history are kept. */
export async function applyRetention(home: string, db: Db, rules: RetentionRules, now: number): Promise<RetentionOutcome> {
  const dayFolders = await dropDays(home, now - rules.rawDays * dayMs);
  const logFiles = await dropLogs(home, rules, now);
  const before = new Date(now - rules.metricDays * dayMs);
  const minutes = await db.query("DELETE FROM metric_minute WHERE minute < $1 RETURNING 1", [before]);
  const resources = await db.query("DELETE FROM resource_minute WHERE minute < $1 RETURNING 1", [before]);
  const mirrored = await db.query("DELETE FROM mirror_minute WHERE minute < $1 RETURNING 1", [before]);
  await db.query("DELETE FROM mirror_disagreement WHERE at < $1", [new Date(now - rules.rawDays * dayMs)]);
  await db.query("DELETE FROM ingested_part WHERE ingested_at < $1", [before]);
  return { dayFolders, logFiles, minuteRows: minutes.length + resources.length + mirrored.length };
}
