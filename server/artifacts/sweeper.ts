import { link, opendir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { artifactFolders, blobFile, isDigest } from "./layout";
import { isMakerGone } from "./makers";
import { makeFolder } from "./ownership";
import { unless } from "./unless";

export interface OldBlob {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Takes blobs away that nobody refers to. Which ones these are is the caller's to know; that none is lost that is stored again is ours. */
export interface ArtifactSweeper {
  /** Blobs that were last stored before `olderThanMs` (Unix milliseconds). */
  listOlder(olderThanMs: number): Promise<readonly OldBlob[]>;
  /** Removes a blob, unless it was stored again since `olderThanMs`; whether it is gone. */
  removeOlder(sha256: string, olderThanMs: number): Promise<boolean>;
  /** Removes files of puts that ended with their process, at once where that can be known and else by their age; how many. */
  removeAbandoned(olderThanMs: number, limit: number): Promise<number>;
  /** Puts back what a sweep that was broken off had set aside; how many. */
  recover(): Promise<number>;
}

/** As the store's folder is used by several processes: a put may rename a fresh copy over any blob at any moment. */
export function createArtifactSweeper(root: string): ArtifactSweeper {
  const { blobs, temporary, aside } = artifactFolders(root);

  const putBack = async (sha256: string): Promise<void> => {
    // A link, not a rename: one that was stored in the meantime is younger and stays.
    await link(path.join(aside, sha256), blobFile(root, sha256)).catch(unless("EEXIST"));
    await rm(path.join(aside, sha256), { force: true });
  };

  return {
    async listOlder(olderThanMs) {
      const found: OldBlob[] = [];
      const folder = await opendir(blobs, { recursive: true }).catch(unless("ENOENT"));
      if (folder === null) return found;
      for await (const entry of folder) {
        if (!entry.isFile() || !isDigest(entry.name)) continue;
        const info = await stat(path.join(entry.parentPath, entry.name)).catch(unless("ENOENT"));
        if (info !== null && info.mtimeMs < olderThanMs) found.push({ sha256: entry.name, sizeBytes: info.size });
      }
      return found;
    },

    async removeOlder(sha256, olderThanMs) {
      const file = blobFile(root, sha256);
      const target = path.join(aside, sha256);
      const seen = await stat(file).catch(unless("ENOENT"));
      if (seen === null || seen.mtimeMs >= olderThanMs) return false;
      await makeFolder(root, aside);
      // Set aside and judged again there: nobody can store it anew between that look at its age and its end.
      if ((await rename(file, target).then(() => true, unless("ENOENT"))) === null) return false;
      if ((await stat(target)).mtimeMs >= olderThanMs) {
        await putBack(sha256);
        return false;
      }
      await rm(target, { force: true });
      return true;
    },

    async removeAbandoned(olderThanMs, limit) {
      let removed = 0;
      for (const name of (await readdir(temporary).catch(unless("ENOENT"))) ?? []) {
        if (removed >= limit) break;
        const file = path.join(temporary, name);
        const info = await stat(file).catch(unless("ENOENT"));
        if (info === null || (info.mtimeMs >= olderThanMs && !isMakerGone(name))) continue;
        await rm(file, { force: true });
        removed += 1;
      }
      return removed;
    },

    async recover() {
      const names = (await readdir(aside).catch(unless("ENOENT"))) ?? [];
      for (const name of names.filter(isDigest)) await putBack(name);
      return names.length;
    },
  };
}
