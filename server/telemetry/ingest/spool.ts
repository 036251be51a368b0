import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseRequestLine } from "#server/domain/request-row/schema";
import type { RequestRow } from "#server/domain/request-row/types";
import { gatewaysDirectory } from "../paths";

export interface SpoolFile {
  readonly path: string;
  /** Unique per installation: gateway and file name; names the Parquet part too. */
  readonly partName: string;
  /** Unix milliseconds from the file's name. */
  readonly startedAt: number;
  readonly bytes: number;
}

const spoolName = /^requests-(\d{10,16})-(\d+)\.ndjson$/;
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
      found.push({ path: file, partName: `${gateway}-${name.slice("requests-".length, -".ndjson".length)}`, startedAt: Number(match[1]), bytes: info.size });
    }
  }
  return found.sort((a, b) => a.startedAt - b.startedAt || a.partName.localeCompare(b.partName, "en", { numeric: true }));
}

export interface SpoolContent {
  readonly rows: readonly RequestRow[];
  /** Lines that are not request rows, or whose time is more than a day away from the file's own: counted, skipped. */
  readonly malformed: number;
}

/** Reads a whole spool file; the gateway bounds its size (2 s of traffic). */
export async function readSpool(file: SpoolFile): Promise<SpoolContent> {
  const rows: RequestRow[] = [];
  let malformed = 0;
  const lines = createInterface({ input: createReadStream(file.path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const row = parseRequestLine(line);
    // A broken clock or a forged time would otherwise open folders and minutes far away that retention never meets.
    if (row === null || Math.abs(row.startedAt - file.startedAt) > dayMs) malformed += 1;
    else rows.push(row);
  }
  return { rows, malformed };
}
