import { createReadStream } from "node:fs";
import { mkdir, rename, rm, statfs } from "node:fs/promises";
import type { DuckDBInstance } from "@duckdb/node-api";
import type { Logger } from "#server/kernel/log";
import type { Db } from "../db";
import { requestsDirectory } from "../paths";
import { ingestFile, type IngestContext } from "./ingest-file";
import { listSpool, type SpoolFile } from "./spool";

export interface IngesterOptions {
  readonly home: string;
  readonly db: Db;
  readonly duck: DuckDBInstance;
  readonly log: Logger;
  /** Waiting spool above this is shed, oldest first, so that a dead database cannot fill the disk. */
  readonly maxSpoolBytes?: number;
  /** With less room than this on the disk, a pass that failed sheds its oldest spool instead of retrying for ever. */
  readonly minFreeBytes?: number;
  readonly onStep?: IngestContext["onStep"];
  /** Free bytes of the disk that holds the data folder. */
  readonly freeBytes?: (home: string) => Promise<number>;
}

/** Since the start of the process. */
export interface IngestCounters {
  files: number;
  rows: number;
  malformed: number;
  replayed: number;
  failures: number;
  shedFiles: number;
  shedRows: number;
  rejectedFiles: number;
  waitingFiles: number;
  lastError: string | null;
}

export interface Ingester {
  readonly counters: Readonly<IngestCounters>;
  /** One pass over all complete spool files; never rejects, failures are counted and the file stays. */
  pass(signal?: AbortSignal): Promise<void>;
}

const mib = 1024 ** 2;
/** A file that fails this often while the database answers is put aside, so that it cannot hold up the ones behind it. */
const attemptsBeforeRejection = 5;

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(file)) for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
  return lines;
}

const defaultFreeBytes = async (home: string): Promise<number> => {
  const info = await statfs(home);
  return info.bavail * info.bsize;
};

/** The ingester's rules around single files: order, shedding, putting aside, counting. */
export function createIngester(options: IngesterOptions): Ingester {
  const { home, db, duck, log, maxSpoolBytes = 2048 * mib, minFreeBytes = 256 * mib, freeBytes = defaultFreeBytes } = options;
  const counters: IngestCounters = {
    files: 0,
    rows: 0,
    malformed: 0,
    replayed: 0,
    failures: 0,
    shedFiles: 0,
    shedRows: 0,
    rejectedFiles: 0,
    waitingFiles: 0,
    lastError: null,
  };
  const attempts = new Map<string, number>();

  async function shed(files: SpoolFile[], why: string): Promise<SpoolFile[]> {
    const [oldest, ...rest] = files;
    if (oldest === undefined) return files;
    const rows = await countLines(oldest.path).catch(() => 0);
    await rm(oldest.path, { force: true });
    counters.shedFiles += 1;
    counters.shedRows += rows;
    log.warn({ file: oldest.partName, rows, why }, "shed the oldest spool file");
    return rest;
  }

  async function shedOverCap(files: SpoolFile[]): Promise<SpoolFile[]> {
    let left = files;
    while (left.length > 0 && left.reduce((sum, file) => sum + file.bytes, 0) > maxSpoolBytes) left = await shed(left, "the spool is over its cap");
    return left;
  }

  async function onFailure(file: SpoolFile, error: unknown): Promise<void> {
    counters.failures += 1;
    counters.lastError = error instanceof Error ? error.message : String(error);
    log.error({ file: file.partName, err: error }, "could not ingest a spool file");
    const healthy = await db.query("SELECT 1").then(
      () => true,
      () => false,
    );
    if (!healthy) return;
    const tries = (attempts.get(file.partName) ?? 0) + 1;
    attempts.set(file.partName, tries);
    if (tries < attemptsBeforeRejection || (await freeBytes(home)) < minFreeBytes) return;
    await rename(file.path, `${file.path}.rejected`);
    attempts.delete(file.partName);
    counters.rejectedFiles += 1;
    log.error({ file: file.partName }, "put a spool file aside after repeated failures");
  }

  async function take(file: SpoolFile): Promise<boolean> {
    try {
      const outcome = await ingestFile({ home, db, duck, ...(options.onStep === undefined ? {} : { onStep: options.onStep }) }, file);
      counters.files += 1;
      counters.rows += outcome.rows;
      counters.malformed += outcome.malformed;
      if (outcome.replayed) counters.replayed += 1;
      if (outcome.malformed > 0) log.warn({ file: file.partName, malformed: outcome.malformed }, "skipped malformed lines");
      attempts.delete(file.partName);
      return true;
    } catch (error) {
      await onFailure(file, error);
      return false;
    }
  }

  async function pass(signal?: AbortSignal): Promise<void> {
    await mkdir(requestsDirectory(home), { recursive: true });
    let files = await shedOverCap(await listSpool(home));
    counters.waitingFiles = files.length;
    const failed: SpoolFile[] = [];
    for (const file of files) {
      if (signal?.aborted === true) return;
      if (!(await take(file))) failed.push(file);
      // A second failure in one pass means the database or the disk rather than a file: leave the rest for the next pass.
      if (failed.length >= 2) break;
    }
    files = failed;
    while (files.length > 0 && (await freeBytes(home)) < minFreeBytes) files = await shed(files, "the disk is full");
    if (failed.length === 0) counters.lastError = null;
    counters.waitingFiles = (await listSpool(home)).length;
  }

  return {
    counters,
    pass: (signal) =>
      pass(signal).catch((error: unknown) => {
        counters.failures += 1;
        counters.lastError = error instanceof Error ? error.message : String(error);
        log.error({ err: error }, "an ingest pass failed");
      }),
  };
}
