import { rm } from "node:fs/promises";
import type { DuckDBInstance } from "@duckdb/node-api";
import type { Db } from "../db";
import { addKeyUse, keyUseOf } from "./key-use";
import { addMinutes, knownEndpoints, minutesOf } from "./minutes";
import { addMirrorRecords } from "./mirror";
import { writeParts } from "./parquet";
import { readMirrorSpool, readSpool, type SpoolFile } from "./spool";

/** Where a crash may fall; each is a point after which everything before it is durable. */
export const ingestSteps = ["read", "parquet", "committed", "deleted"] as const;
export type IngestStep = (typeof ingestSteps)[number];

export interface IngestContext {
  readonly home: string;
  readonly db: Db;
  readonly duck: DuckDBInstance;
  /** Told after each step; a throw abandons the file there, as a crash would. */
  readonly onStep?: (step: IngestStep, file: SpoolFile) => void;
}

export interface IngestOutcome {
  readonly rows: number;
  readonly malformed: number;
  /** True when an earlier pass had already counted the file. */
  readonly replayed: boolean;
}

const claim = `INSERT INTO ingested_part (name, rows, first_at, last_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING name`;

type Timed = { readonly startedAt: number };

/** Counts the rows by `add` unless another pass did; both in one transaction. */
async function commit<T extends Timed>(
  db: Db,
  partName: string,
  rows: readonly T[],
  fallbackAt: number,
  add: (tx: Db, known: ReadonlySet<string>) => Promise<void>,
): Promise<boolean> {
  const known = await knownEndpoints(db);
  const times = rows.map((row) => row.startedAt);
  const first = times.reduce((a, b) => Math.min(a, b), times[0] ?? fallbackAt);
  const last = times.reduce((a, b) => Math.max(a, b), times[0] ?? fallbackAt);
  return db.transaction(async (tx) => {
    const claimed = await tx.query(claim, [partName, rows.length, new Date(first), new Date(last)]);
    if (claimed.length === 0) return false;
    await add(tx, known);
    return true;
  });
}

interface Taken {
  readonly counted: boolean;
  readonly rows: number;
  readonly malformed: number;
}

async function takeRequests({ home, db, duck, onStep }: IngestContext, file: SpoolFile): Promise<Taken> {
  const { rows, malformed } = await readSpool(file);
  onStep?.("read", file);
  await writeParts(duck, home, file.partName, rows);
  onStep?.("parquet", file);
  const counted = await commit(db, file.partName, rows, file.startedAt, async (tx, known) => {
    await addMinutes(tx, minutesOf(rows, known));
    await addKeyUse(tx, keyUseOf(rows));
  });
  return { counted, rows: rows.length, malformed };
}

async function takeMirrored({ db, onStep }: IngestContext, file: SpoolFile): Promise<Taken> {
  const { rows, malformed } = await readMirrorSpool(file);
  onStep?.("read", file);
  const counted = await commit(db, file.partName, rows, file.startedAt, (tx, known) => addMirrorRecords(tx, rows, known));
  return { counted, rows: rows.length, malformed };
}

/**
 * Takes one spool file into Parquet and the minute histograms (of a mirror: into its minutes and disagreements), then deletes it. Exactly once at any crash point: the part's file name depends
 * on the spool's name only, and its unique row is written in the same transaction as the histograms.
 */
export async function ingestFile(context: IngestContext, file: SpoolFile): Promise<IngestOutcome> {
  const { db, onStep } = context;
  const known = await db.query("SELECT 1 FROM ingested_part WHERE name = $1", [file.partName]);
  if (known.length > 0) {
    // The part may be compacted by now, so it must not be written again.
    await rm(file.path, { force: true });
    return { rows: 0, malformed: 0, replayed: true };
  }
  const { counted, rows, malformed } = file.kind === "mirrored" ? await takeMirrored(context, file) : await takeRequests(context, file);
  onStep?.("committed", file);
  await rm(file.path, { force: true });
  onStep?.("deleted", file);
  return { rows: counted ? rows : 0, malformed, replayed: !counted };
}
