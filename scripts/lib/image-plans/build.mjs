// Content hashes, build contexts and the classic builder of the engine (no BuildKit features).
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import { LOGINS_ARGUMENT, withLogins } from "./logins.mjs";

/** @typedef {import("dockerode")} Docker */
/**
 * One file of a build context: its text, or a file on disk that is streamed.
 * @typedef {{ name: string, content?: string | Buffer, file?: string, mode?: number }} ContextEntry
 */
/**
 * What every plan gets.
 * @typedef {object} ImageContext
 * @property {Docker} docker
 * @property {string} root the project's folder
 * @property {string} home
 * @property {import("./settings.mjs").ImageSettings} settings
 * @property {import("./registry.mjs").Registry} registry
 * @property {(line: string) => void} log
 * @property {(progress: ImageProgress) => void} onProgress
 * @property {string[]} gatewayPrograms
 */
/** @typedef {{ image: string, state: "present" | "working" | "ready", step: string, ms: number }} ImageProgress */

/** A failed image: the message carries the log's path and last lines. */
export class ImageError extends Error {
  /** @param {string} image @param {string} reason @param {string} [logFile] */
  constructor(image, reason, logFile) {
    const tail = logFile ? `\n${lastLines(logFile, 12)}\n  The whole log: ${logFile}` : "";
    super(`Image ${image}: ${reason}${tail}`);
    this.name = "ImageError";
    this.image = image;
    this.logFile = logFile;
  }
}

/** @param {string} file @param {number} count */
function lastLines(file, count) {
  try {
    return readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .slice(-count)
      .map((line) => `    ${line}`)
      .join("\n");
  } catch {
    return "    (no log)";
  }
}

/** Twelve hex digits over any values; equal values, equal name. @param {unknown[]} parts */
export function contentHash(...parts) {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}

/** @param {Docker} docker @param {string} ref */
export async function imageExists(docker, ref) {
  try {
    await docker.getImage(ref).inspect();
    return true;
  } catch (error) {
    if (/** @type {{ statusCode?: number }} */ (error).statusCode === 404) return false;
    throw error;
  }
}

/** Opens an image's log afresh. @param {string} home @param {string} name */
export function openLog(home, name) {
  const folder = path.join(home, "logs", "images");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.log`);
  const stream = createWriteStream(file, { mode: 0o640 });
  return {
    file,
    /** @param {string} text */
    write: (text) => void stream.write(text.endsWith("\n") ? text : `${text}\n`),
    close: () => new Promise((resolve) => stream.end(() => resolve(undefined))),
  };
}
/** @typedef {ReturnType<typeof openLog>} ImageLog */

/**
 * Writes entries into a tar stream, one after the other.
 * @param {ContextEntry[]} entries
 * @returns {NodeJS.ReadableStream}
 */
export function tarOf(entries) {
  const tar = pack();
  const write = async () => {
    for (const entry of entries) {
      const mode = entry.mode ?? 0o644;
      if (entry.file !== undefined) {
        const size = statSync(entry.file).size;
        await pipeline(createReadStream(entry.file), tar.entry({ name: entry.name, size, mode }));
      } else {
        tar.entry({ name: entry.name, mode }, entry.content ?? "");
      }
    }
    tar.finalize();
  };
  write().catch((error) => tar.destroy(error));
  // Its streams are of streamx: the same shape, by other types.
  return /** @type {any} */ (tar);
}

/**
 * Builds one image, writing the builder's output to the log. Throws ImageError.
 * @param {{ docker: Docker, ref: string, name: string, dockerfile: string, entries: ContextEntry[], buildargs?: Record<string, string>, log: ImageLog }} options
 */
export async function buildImage({ docker, ref, name, dockerfile, entries, buildargs = {}, log }) {
  const content = buildargs[LOGINS_ARGUMENT] ? withLogins(dockerfile) : dockerfile;
  const context = tarOf([{ name: "Dockerfile", content }, ...entries]);
  /** @type {string | undefined} */
  let failure;
  try {
    const stream = await docker.buildImage(context, { t: ref, rm: true, forcerm: true, buildargs, labels: { "io.sluice.image": name } });
    await new Promise((resolve, reject) => {
      docker.modem.followProgress(
        stream,
        (error) => (error ? reject(error) : resolve(undefined)),
        (event) => {
          if (event.stream) log.write(event.stream);
          // A failed step arrives as an event of a stream that ends well.
          if (event.error) failure = String(event.error);
        },
      );
    });
  } catch (error) {
    failure = /** @type {Error} */ (error).message;
  }
  if (failure === undefined) return;
  log.write(failure);
  await log.close();
  throw new ImageError(name, `the build failed: ${failure.split("\n")[0]}`, log.file);
}
