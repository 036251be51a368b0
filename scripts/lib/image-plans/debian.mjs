// Root file systems from the distribution's own archive, by mmdebstrap and the host's own source list.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { aptInstall, isDebianLike, osRelease, run } from "../apt.mjs";
import { ImageError } from "./build.mjs";

/** Documentation and translations are a quarter of a small image and nobody reads them there. */
const LEAN = ["path-exclude=/usr/share/man/*", "path-exclude=/usr/share/doc/*", "path-exclude=/usr/share/locale/*", "path-exclude=/usr/share/info/*"];

/**
 * Runs mmdebstrap into `target` (a folder, or a .tar file); an existing target is kept, a broken one never appears.
 * @param {{ image: string, setting: string, suite: string, target: string, lines: string[], options: string[],
 *   log: import("./build.mjs").ImageLog, say: (line: string) => void }} plan `setting`: the variable that avoids building here
 */
export async function bootstrapRoot({ image, setting, suite, target, lines, options, log, say }) {
  if (existsSync(target)) return;
  await assertPossible(image, setting, say);
  mkdirSync(path.dirname(target), { recursive: true });
  const partial = path.join(path.dirname(target), `partial-${process.pid}-${path.basename(target)}`);
  rmSync(partial, { recursive: true, force: true });
  const lean = LEAN.map((option) => `--dpkgopt=${option}`);
  const result = await run("mmdebstrap", [...lean, ...options, suite, partial, ...lines], { onLine: log.write, tethered: true });
  if (result.code !== 0) {
    rmSync(partial, { recursive: true, force: true });
    await log.close();
    throw new ImageError(
      image,
      `mmdebstrap failed (code ${result.code}). Is the Debian mirror of this machine reachable? ${setting} names an image to use instead.`,
      log.file,
    );
  }
  renameSync(partial, target);
}

/** @param {string} image @param {string} setting @param {(line: string) => void} say */
async function assertPossible(image, setting, say) {
  if (process.platform !== "linux" || !isDebianLike()) {
    throw new ImageError(
      image,
      `no registry could be reached, and it can be built here only on Debian and Ubuntu (this is ${osRelease().name}). Set ${setting} to an image that this engine has or can pull.`,
    );
  }
  await aptInstall(["mmdebstrap"], { log: say });
}
