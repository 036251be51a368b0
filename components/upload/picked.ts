/** A file that somebody picked, with its path inside what was picked (POSIX separators). */
export interface PickedFile {
  readonly path: string;
  readonly file: File;
}

export interface Picked {
  readonly kind: "file" | "folder" | "files" | "archive";
  /** Last path component of what was picked; kept in the container. */
  readonly rootName: string;
  readonly files: readonly PickedFile[];
  /** Paths that were left out because no model needs them. */
  readonly skipped: number;
}

const archiveEnding = /\.(zip|tar|tar\.gz|tgz)$/i;
const clutter = /(^|\/)(__pycache__|\.git|\.ipynb_checkpoints|\.DS_Store|\.venv|node_modules)(\/|$)/;

export function isArchive(name: string): boolean {
  return archiveEnding.test(name);
}

/**
 * What a choice of files means: a folder when they share one (as the browser's folder picker tells by `webkitRelativePath`),
 * an archive when it is one that can be unpacked, a single file, or loose files that get `looseName` as their folder.
 */
export function pick(list: readonly { readonly path: string; readonly file: File }[], looseName: string): Picked | null {
  const kept = list.filter((item) => !clutter.test(item.path));
  const skipped = list.length - kept.length;
  const [first] = kept;
  if (first === undefined) return null;
  const root = first.path.includes("/") ? first.path.slice(0, first.path.indexOf("/")) : null;
  if (root !== null && kept.every((item) => item.path.startsWith(`${root}/`))) {
    return { kind: "folder", rootName: root, files: kept.map((item) => ({ ...item, path: item.path.slice(root.length + 1) })), skipped };
  }
  if (kept.length > 1) return { kind: "files", rootName: looseName, files: kept, skipped };
  if (isArchive(first.path)) return { kind: "archive", rootName: first.path.replace(archiveEnding, ""), files: kept, skipped };
  return { kind: "file", rootName: first.path, files: kept, skipped };
}
