import { link, mkdir, open, readFile, readdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { GatewayLayout } from "../layout";

/** Folders of revisions that are kept, the one in force included: enough to look back at what went wrong. */
const keptFolders = 3;

async function writeDurably(file: string, text: string): Promise<void> {
  // Never into a file that is there: it may be a link to one that is in use.
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A folder name for a revision that is not in use: a revision may be rendered again by a newer agent. */
async function freeName(layout: GatewayLayout, revision: number): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const name = attempt === 1 ? `rev-${String(revision)}` : `rev-${String(revision)}.${String(attempt)}`;
    if (!(await exists(layout.revision(name)))) return name;
  }
}

/** Puts a text into a new folder: where the folder in force has the same, as one more link to it, which is on the disk already. */
async function place(layout: GatewayLayout, staging: string, [path, text]: readonly [string, string], known: KnownFolder | null): Promise<void> {
  const file = join(staging, path);
  await mkdir(dirname(file), { recursive: true });
  if (known?.files.get(path) === text) {
    const linked = await link(join(layout.revision(known.name), path), file).then(
      () => true,
      () => false,
    );
    if (linked) return;
  }
  await writeDurably(file, text);
}

/** A folder that is on the disk, and what it has. Files of a folder are never changed. */
export interface KnownFolder {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Writes a complete revision folder and returns its name; nothing refers to it yet. Each file that is written waits for the disk. */
export async function writeRevisionFolder(
  layout: GatewayLayout,
  revision: number,
  files: ReadonlyMap<string, string>,
  known: KnownFolder | null,
): Promise<string> {
  const staging = layout.revision(".staging");
  await rm(staging, { recursive: true, force: true });
  // All of them end before the next attempt begins, which starts with an empty folder.
  const placed = await Promise.allSettled([...files].map((file) => place(layout, staging, file, known)));
  for (const one of placed) if (one.status === "rejected") throw one.reason;
  const name = await freeName(layout, revision);
  await rename(staging, layout.revision(name));
  return name;
}

/** Makes a folder the one that a starting proxy reads; atomic, so there is a complete one at every moment. */
export async function switchCurrent(layout: GatewayLayout, name: string): Promise<void> {
  const staged = `${layout.current}.new`;
  await rm(staged, { force: true });
  await symlink(name, staged);
  await rename(staged, layout.current);
}

export async function removeRevisionFolder(layout: GatewayLayout, name: string): Promise<void> {
  await rm(layout.revision(name), { recursive: true, force: true });
}

/** The name of the folder in force, or null before the first one. */
export async function currentName(layout: GatewayLayout): Promise<string | null> {
  return readlink(layout.current).catch(() => null);
}

/** A file of the revision in force, or null. */
export async function readCurrentFile(layout: GatewayLayout, path: string): Promise<string | null> {
  return readFile(join(layout.current, path), "utf8").catch(() => null);
}

/** Removes the oldest folders beyond the kept number, never the one in force. */
export async function pruneRevisions(layout: GatewayLayout): Promise<void> {
  const inForce = await currentName(layout);
  const names = (await readdir(layout.directory)).filter((name) => /^rev-\d+(\.\d+)?$/.test(name) && name !== inForce);
  const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(layout.revision(name))).mtimeMs })));
  dated.sort((a, b) => b.at - a.at);
  for (const { name } of dated.slice(keptFolders - 1)) await removeRevisionFolder(layout, name);
}
