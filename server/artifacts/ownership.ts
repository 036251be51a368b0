import { chown, mkdir, stat } from "node:fs/promises";
import path from "node:path";
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

/**
 * Makes a folder of the store unless it is there. Set-up makes them all for the account beforehand, as between its making and its giving away a folder
 * of root's is closed to the others. It is never renamed into place: that would replace an empty one which another process is about to write into.
 */
export async function makeFolder(root: string, folder: string): Promise<void> {
  const owner = await ownerOf(root);
  if (owner === null) {
    await mkdir(folder, { recursive: true, mode: 0o750 });
    return;
  }
  if (path.dirname(folder) !== root) await makeFolder(root, path.dirname(folder));
  const made = await mkdir(folder, { mode: 0o750 }).then(() => true, unless("EEXIST"));
  if (made === true) await chown(folder, owner.uid, owner.gid);
}
