// Pulls from a registry, with one probe per run: where the first pull finds no registry, the others do not wait for time-outs.
import { imageExists, ImageError } from "./build.mjs";

/** @typedef {import("dockerode")} Docker */

const CONNECT_LIMIT_MS = 30_000;
const STALL_LIMIT_MS = 120_000;
const UNREACHABLE =
  /no such host|connection refused|i\/o timeout|Client\.Timeout|TLS handshake|no route|network is unreachable|server misbehaving|x509|no answer within/i;

/** True when the text of a failed pull says that no registry could be reached (rather than: it has no such image). @param {string} text */
export function saysUnreachable(text) {
  return UNREACHABLE.test(text);
}

export class Registry {
  /** @param {Docker} docker @param {"auto" | "never" | "always"} mode */
  constructor(docker, mode) {
    this.docker = docker;
    this.mode = mode;
    /** @type {Promise<string | undefined> | undefined} reason why the registry cannot be reached */
    this.probe = undefined;
  }

  /**
   * Makes sure the engine has `name`. A `wanted` image (named by a setting) that cannot be had is an error; a default one is `false`.
   * @param {string} name
   * @param {{ wanted: boolean, image: string, log: (line: string) => void }} options
   * @returns {Promise<boolean>}
   */
  async have(name, { wanted, image, log }) {
    if (await imageExists(this.docker, name)) return true;
    if (this.mode === "never") {
      if (wanted) throw new ImageError(image, `${name} is not on this engine and SLUICE_REGISTRY_PULL is "never". Load it (docker load) or allow pulls.`);
      return false;
    }
    const reason = await this.pullOnce(name, log);
    if (reason === undefined) return true;
    log(`${name} could not be pulled: ${reason}`);
    if (wanted || this.mode === "always") throw new ImageError(image, `${name} could not be pulled: ${reason}`);
    return false;
  }

  /** The first caller probes for all. @param {string} name @param {(line: string) => void} log */
  async pullOnce(name, log) {
    if (this.probe) {
      const reason = await this.probe;
      return reason ?? this.pull(name, log);
    }
    const first = this.pull(name, log);
    this.probe = first.then((reason) => (reason !== undefined && saysUnreachable(reason) ? reason : undefined));
    return first;
  }

  /** @param {string} name @param {(line: string) => void} log @returns {Promise<string | undefined>} why it failed */
  async pull(name, log) {
    log(`pulling ${name}`);
    try {
      const stream = await within(CONNECT_LIMIT_MS, this.docker.pull(name));
      return await this.follow(stream);
    } catch (error) {
      return /** @type {Error} */ (error).message;
    }
  }

  /** @param {NodeJS.ReadableStream} stream @returns {Promise<string | undefined>} */
  follow(stream) {
    return new Promise((resolve) => {
      /** @type {string | undefined} */
      let failure;
      const stalled = () => {
        /** @type {import("node:stream").Readable} */ (stream).destroy();
        resolve(`no answer within ${STALL_LIMIT_MS / 1000} s`);
      };
      let timer = setTimeout(stalled, STALL_LIMIT_MS);
      this.docker.modem.followProgress(
        stream,
        (error) => {
          clearTimeout(timer);
          resolve(failure ?? error?.message);
        },
        (event) => {
          clearTimeout(timer);
          timer = setTimeout(stalled, STALL_LIMIT_MS);
          if (event.error) failure = String(event.error);
        },
      );
    });
  }
}

/** @template T @param {number} ms @param {Promise<T>} promise @returns {Promise<T>} */
async function within(ms, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, limit]));
  } finally {
    clearTimeout(timer);
  }
}
