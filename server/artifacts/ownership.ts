import { chmod, chown, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { artifactFolders } from "./layout";
import { makerPrefix } from "./makers";
import { unless } from "./unless";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom new files go to; null when they are right as they are made. The store's folder belongs to the account of the processes that share it.
 * One of them, the control plane, is root: what it made would be readable to nobody else, and its folders writable to nobody else.
 */
export async function ownerOf(root: string): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null;
  const folder = await stat(root).catch(unless("ENOENT"));
  return folder === null ? null : { uid: folder.uid, gid: folder.gid };
}

/** Makes a folder of the store unless it is there; it appears as what it will be, so that no other process meets it while it is still root's. */
export async function makeFolder(root: string, folder: string): Promise<void> {
  const owner = await ownerOf(root);
  if (owner === null) {
    await mkdir(folder, { recursive: true, mode: 0o750 });
    return;
  }
  if ((await stat(folder).catch(unless("ENOENT"))) !== null) return;
  if (path.dirname(folder) !== root) await makeFolder(root, path.dirname(folder));
  const { temporary } = artifactFolders(root);
  if (folder !== temporary) await makeFolder(root, temporary);
  const made = await mkdtemp(path.join(folder === temporary ? root : temporary, `${makerPrefix}folder-`));
  try {
    await chmod(made, 0o750);
    await chown(made, owner.uid, owner.gid);
    await rename(made, folder).catch(unless("EEXIST", "ENOTEMPTY"));
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}
