import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface SmallDisk {
  grow(mib: number): Promise<void>;
  remove(): Promise<void>;
}

/** A file system of that size on the folder, which hides what was there. For root on Linux. */
export async function mountSmallDisk(folder: string, mib: number): Promise<SmallDisk> {
  await run("mount", ["-t", "tmpfs", "-o", `size=${String(mib)}m,mode=755`, "tmpfs", folder]);
  return {
    async grow(larger) {
      await run("mount", ["-o", `remount,size=${String(larger)}m`, folder]);
    },
    async remove() {
      await run("umount", [folder]);
    },
  };
}
