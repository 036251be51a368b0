import { archiveRefused } from "./errors";

const maxPathLength = 1024;
const maxSegmentLength = 255;

/** What archivers add beside the files that a person chose. */
const clutter = /(^|\/)(__MACOSX\/|\.DS_Store$|\._[^/]*$)/;

export const isClutter = (path: string): boolean => clutter.test(path);

/**
 * The path below the asset's root, POSIX separators, no `.` segments. Throws `archive.unsafe_path` for anything that could
 * leave the root or that a file system or a header cannot hold.
 */
export function safeAssetPath(raw: string): string {
  const refuse = (why: string) => archiveRefused("unsafe_path", `The path ${JSON.stringify(raw.slice(0, 200))} ${why}.`);
  if (raw.startsWith("/") || /^[a-zA-Z]:/.test(raw)) throw refuse("is absolute");
  if (raw.includes("\\")) throw refuse("contains a backslash");
  const segments = raw.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) throw refuse("leaves the archive");
  if (segments.length === 0) throw refuse("names no file");
  if (segments.some((segment) => Buffer.byteLength(segment) > maxSegmentLength)) throw refuse("has a name that is too long");
  const path = segments.join("/");
  if (path.length > maxPathLength) throw refuse("is too long");
  if (/\p{Cc}/u.test(path)) throw refuse("contains a control character");
  if (path.includes("\uFFFD")) throw refuse("is not valid UTF-8");
  return path;
}

/** Refuses the second of two entries with one path, and a file where another entry needs a folder. */
export class PathLedger {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  add(path: string): void {
    if (this.#files.has(path) || this.#folders.has(path)) throw archiveRefused("duplicate_path", `The path ${JSON.stringify(path)} occurs more than once.`);
    const segments = path.split("/");
    for (let depth = 1; depth < segments.length; depth += 1) {
      const folder = segments.slice(0, depth).join("/");
      if (this.#files.has(folder)) throw archiveRefused("duplicate_path", `The path ${JSON.stringify(folder)} is both a file and a folder.`);
      this.#folders.add(folder);
    }
    this.#files.add(path);
  }
}
