import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { ArtifactOpener } from "#server/drivers/compute-driver";
import type { AssetFile } from "#server/domain/model/types";
import { CommandFailure } from "./failure";

/** Files of a folder that never belong into a container. */
const ignored = new Set(["__pycache__", ".git", ".venv", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", "node_modules", ".DS_Store"]);

/** A file or folder of the user's as an asset, and where each content lies on this machine. */
export interface LocalContent {
  readonly rootName: string;
  readonly isFile: boolean;
  readonly files: readonly AssetFile[];
  /** Absolute path by SHA-256. */
  readonly places: ReadonlyMap<string, string>;
}

async function* filesBelow(folder: string, relative = ""): AsyncGenerator<string> {
  const entries = await readdir(path.join(folder, relative), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (ignored.has(entry.name)) continue;
    const at = path.posix.join(relative, entry.name);
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await stat(path.join(folder, at))).isDirectory());
    if (isFolder) yield* filesBelow(folder, at);
    else yield at;
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Reads what a file of the project names; `field` is the YAML field, for the message when it is not there. */
export async function readContent(place: string, field: string): Promise<LocalContent> {
  const found = await stat(place).catch(() => null);
  if (found === null) throw new CommandFailure(`${field}: ${place} does not exist.`, "Paths are taken from the YAML file's own folder.");
  const isFile = found.isFile();
  const base = isFile ? path.dirname(place) : place;
  const names: string[] = [];
  if (isFile) names.push(path.basename(place));
  else for await (const name of filesBelow(place)) names.push(name);
  if (names.length === 0) throw new CommandFailure(`${field}: the folder ${place} is empty.`, "Put the files into it, or name another folder.");
  const places = new Map<string, string>();
  const files: AssetFile[] = [];
  for (const name of names) {
    const file = path.join(base, name);
    const sha256 = await digestOf(file);
    places.set(sha256, file);
    files.push({ path: name, sha256, sizeBytes: (await stat(file)).size });
  }
  return { rootName: path.basename(place), isFile, files, places };
}

/** Opens contents by digest from where they lie on this machine. */
export const openPlaces =
  (places: ReadonlyMap<string, string>): ArtifactOpener =>
  (sha256) => {
    const place = places.get(sha256);
    return place === undefined ? Promise.reject(new Error(`no file has the content ${sha256}`)) : Promise.resolve(createReadStream(place));
  };
