// What the tests of set-up share: the engine of this machine and containers that leave nothing behind.
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import Docker from "dockerode";
import { probeSocket } from "./engine.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The engine that tests use, or undefined on a machine without one (an error where engines are required). */
export async function testDocker(env = process.env) {
  const socketPath = env.SLUICE_TEST_DOCKER || (env.DOCKER_HOST ?? "").replace(/^unix:\/\//, "") || "/var/run/docker.sock";
  if ((await probeSocket(socketPath)).state === "up") return new Docker({ socketPath });
  if (env.REQUIRE_ENGINES === "1") throw new Error(`no Docker engine answers at ${socketPath}`);
  return undefined;
}

/**
 * Waits until `check` gives something true (an empty list is not) and returns it; throws after `limitMs` with the last failure.
 * @template T @param {() => Promise<T> | T} check
 */
export async function until(check, limitMs = 30_000, what = "the condition") {
  const end = Date.now() + limitMs;
  for (let failure = ""; ;) {
    try {
      const value = await check();
      if (Array.isArray(value) ? value.length > 0 : value) return value;
    } catch (error) {
      failure = /** @type {Error} */ (error).message;
    }
    if (Date.now() > end) throw new Error(`${what} did not come true within ${limitMs} ms ${failure}`);
    await sleep(50);
  }
}

/** Runs a container to its end. @param {Docker} docker @param {Docker.ContainerCreateOptions} options */
export async function runToEnd(docker, options) {
  const container = await docker.createContainer(options);
  try {
    await container.start();
    const { StatusCode } = await container.wait();
    return { code: StatusCode, output: await outputOf(container) };
  } finally {
    await container.remove({ force: true });
  }
}

/** @param {Docker.Container} container */
export async function outputOf(container) {
  const buffer = await container.logs({ stdout: true, stderr: true });
  let text = "";
  for (let at = 0; at + 8 <= buffer.length;) {
    const length = buffer.readUInt32BE(at + 4);
    text += buffer.subarray(at + 8, at + 8 + length).toString("utf8");
    at += 8 + length;
  }
  return text;
}

/**
 * The process ids (as the host sees them) of a container's processes whose command line starts with `start`.
 * @param {Docker.Container} container @param {string} start
 * @returns {Promise<number[]>}
 */
export async function pidsOf(container, start) {
  const { Titles, Processes } = await container.top({ ps_args: "-eo pid,args" });
  const command = Titles.findIndex((/** @type {string} */ title) => /COMMAND|CMD/.test(title));
  return Processes.filter((/** @type {string[]} */ row) => row[command]?.startsWith(start)).map((/** @type {string[]} */ row) => Number(row[0]));
}

/** Kills one process; a missing pid is an error, because 0 would mean this test's own group. @param {number | undefined} pid */
export function killHard(pid) {
  if (!pid || pid <= 1) throw new Error("there is no such process to kill");
  process.kill(pid, "SIGKILL");
}
