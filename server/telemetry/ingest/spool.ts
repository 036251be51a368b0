import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseMirrorLine } from "#server/domain/mirror/schema";
import type { MirrorRecord } from "#server/domain/mirror/types";
import { parseRequestLine } from "#server/domain/request-row/schema";
import type { RequestRow } from "#server/domain/request-row/types";
import { gatewaysDirectory } from "../paths";

/** Rows of the access log, or records of the mirror. */
export type SpoolKind = "requests" | "mirrored";

export interface SpoolFile {
  readonly kind: SpoolKind;
  readonly path: string;
  /** Unique per installation: gateway and file name; names the Parquet part too. */
  readonly partName: string;
  /** Unix milliseconds from the file's name. */
  readonly startedAt: number;
  readonly bytes: number;
}

const spoolName = /^(requests|mirrored)-(\d{10,16})-(\d+)\.ndjson$/;
const gatewayName = /^[A-Za-z0-9_-]{1,64}$/;
const dayMs = 86_400_000;

const missingAsEmpty = (error: unknown): string[] => {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
  throw error;
};

/** Complete spool files of all gateways, oldest first. Files still being written (`.open`) are not ours yet. */
export async function listSpool(home: string): Promise<SpoolFile[]> {
  const root = gatewaysDirectory(home);
  const found: SpoolFile[] = [];
  for (const gateway of (await readdir(root).catch(missingAsEmpty)).filter((name) => gatewayName.test(name))) {
    const folder = path.join(root, gateway, "spool");
    const names = await readdir(folder).catch(() => []);
    for (const name of names) {
      const match = spoolName.exec(name);
      if (match === null) continue;
      const file = path.join(folder, name);
      const info = await stat(file).catch(() => null);
      if (info?.isFile() !== true) continue;
      const kind: SpoolKind = match[1] === "mirrored" ? "mirrored" : "requests";
      const partName = `${gateway}-${name.slice(kind === "requests" ? "requests-".length : 0, -".ndjson".length)}`;
      found.push({ kind, path: file, partName, startedAt: Number(match[2]), bytes: info.size });
    }
  }
  return found.sort((a, b) => a.startedAt - b.startedAt || a.partName.localeCompare(b.partName, "en", { numeric: true }));
}

export interface SpoolContent<T> {
  readonly rows: readonly T[];
  /** Lines that are not what the file should hold, or whose time is more than a day away from the file's own: counted, skipped. */
  readonly malformed: number;
}

/** Reads a whole spool file, line by line with `parse`; the gateway bounds its size (2 s of traffic). */
async function readLines<T extends { readonly startedAt: number }>(file: SpoolFile, parse: (line: string) => T | null): Promise<SpoolContent<T>> {
  const rows: T[] = [];
  let malformed = 0;
  const lines = createInterface({ input: createReadStream(file.path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const row = parse(line);
    // A broken clock or a forged time would otherwise open folders and minutes far away that retention never meets.
    if (row === null || Math.abs(row.startedAt - file.startedAt) > dayMs) malformed += 1;
    else rows.push(row);
  }
  return { rows, malformed };
}

export const readSpool = (file: SpoolFile): Promise<SpoolContent<RequestRow>> => readLines(file, parseRequestLine);
export const readMirrorSpool = (file: SpoolFile): Promise<SpoolContent<MirrorRecord>> => readLines(file, parseMirrorLine);
