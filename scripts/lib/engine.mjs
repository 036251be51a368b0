// Finds one local Docker engine, or installs and starts one. No dependencies: this runs before node_modules exists.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { aptInstall, isDebianLike, osRelease, run, which, withSystemPath } from "./apt.mjs";
import { startTicks } from "./processes.mjs";

const STANDARD_SOCKET = "/var/run/docker.sock";
const LOCK_FOLDER = "/run/sluice-engine.lock";
const OVERLAYFS = 0x794c7630;
const TMPFS = 0x01021994;
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 60_000;

/** An expected failure of set-up: `code` is stable, `remedy` says what to do. */
export class EngineError extends Error {
  /** @param {string} code @param {string} message @param {string} remedy */
  constructor(code, message, remedy) {
    super(`${message}\n  ${remedy}`);
    this.name = "EngineError";
    this.code = code;
    this.remedy = remedy;
  }
}

/**
 * @typedef {object} Engine
 * @property {string} socketPath
 * @property {string} dockerHost `unix://<socketPath>`
 * @property {string} version
 * @property {string} apiVersion
 * @property {boolean} startedByUs true only while the engine of this home's marker runs
 * @property {string} via which rule found it
 * @property {boolean} podman
 */

/**
 * @typedef {{ state: "up", version: string, apiVersion: string, podman: boolean }
 *   | { state: "absent" | "dead" | "denied" | "hung" | "strange", detail: string }} Probe
 */

/**
 * Asks a socket for GET /version; existence alone says nothing.
 * `absent`: no file; `dead`: a file nobody listens on; `denied`: not ours to open; `hung`: accepts and is silent.
 * @param {string} socketPath
 * @returns {Promise<Probe>}
 */
export function probeSocket(socketPath, timeoutMs = 5000) {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: "/version", timeout: timeoutMs }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve(readVersion(response.statusCode ?? 0, body)));
    });
    request.on("timeout", () => {
      request.destroy();
      resolve({ state: "hung", detail: `no answer within ${timeoutMs} ms` });
    });
    request.on("error", (error) => {
      const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? "";
      const state = code === "ENOENT" ? "absent" : code === "EACCES" || code === "EPERM" ? "denied" : "dead";
      resolve({ state, detail: error.message });
    });
  });
}

/** @param {number} status @param {string} body @returns {Probe} */
function readVersion(status, body) {
  try {
    const value = JSON.parse(body);
    if (status === 200 && typeof value.ApiVersion === "string") {
      const podman = value.Components?.[0]?.Name === "Podman Engine";
      return { state: "up", version: String(value.Version), apiVersion: value.ApiVersion, podman };
    }
  } catch {
    // falls through: whatever listens there is not an engine
  }
  return { state: "strange", detail: `answered /version with status ${status}, not as an engine does` };
}

/**
 * Short name of an installation, from its data folder; used in socket, chain and network names.
 * @param {string} home
 */
export function installationId(home) {
  return createHash("sha256").update(path.resolve(home)).digest("hex").slice(0, 8);
}

/** Where our own engine listens when the standard place is taken. Short: unix sockets are cut at 108 characters. */
function ownSocket(/** @type {string} */ home) {
  return `/run/sluice-${installationId(home)}/docker.sock`;
}

/**
 * The address of a docker context, without the docker CLI.
 * @returns {{ name: string, host: string, fixed: boolean } | undefined} `fixed`: asked for by DOCKER_CONTEXT
 */
export function contextHost(/** @type {NodeJS.ProcessEnv} */ env, homedir = os.homedir()) {
  const folder = env.DOCKER_CONFIG || path.join(homedir, ".docker");
  const name = env.DOCKER_CONTEXT || readJson(path.join(folder, "config.json"))?.currentContext;
  if (typeof name !== "string" || name === "" || name === "default") return undefined;
  const digest = createHash("sha256").update(name).digest("hex");
  const host = readJson(path.join(folder, "contexts", "meta", digest, "meta.json"))?.Endpoints?.docker?.Host;
  const fixed = Boolean(env.DOCKER_CONTEXT);
  return typeof host === "string" ? { name, host, fixed } : fixed ? { name, host: "", fixed } : undefined;
}

/** @param {string} file @returns {any} parsed content, or undefined when it is missing or not JSON */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Sockets to try, in order, when nothing was asked for by name.
 * @param {NodeJS.ProcessEnv} env @param {string} home
 */
export function candidateSockets(env, home, homedir = os.homedir(), standard = STANDARD_SOCKET) {
  const list = [{ via: "standard socket", socketPath: standard }];
  if (env.XDG_RUNTIME_DIR) list.push({ via: "rootless", socketPath: path.join(env.XDG_RUNTIME_DIR, "docker.sock") });
  for (const [via, tail] of [
    ["Docker Desktop", ".docker/run/docker.sock"],
    ["Docker Desktop", ".docker/desktop/docker.sock"],
    ["Colima", ".colima/default/docker.sock"],
    ["Rancher Desktop", ".rd/docker.sock"],
    ["OrbStack", ".orbstack/run/docker.sock"],
  ]) {
    list.push({ via: String(via), socketPath: path.join(homedir, String(tail)) });
  }
  list.push({ via: "own socket", socketPath: ownSocket(home) });
  return list;
}

/** @param {string} host @param {string} setting @returns {string} path of the unix socket */
function localSocket(host, setting) {
  if (host.startsWith("unix://")) return host.slice("unix://".length);
  if (host.startsWith("/")) return host;
  throw new EngineError(
    "engine.remote_unsupported",
    `${setting} names "${host}", which is not a local engine.`,
    `Sluice works with exactly one local engine: use unix:///path/to/docker.sock, or unset ${setting}.`,
  );
}

/**
 * Tries what was asked for by name. Such an answer is final: nothing else is tried and nothing is installed.
 * @param {NodeJS.ProcessEnv} env @param {string} homedir @param {(line: string) => void} log
 */
async function findNamed(env, homedir, log) {
  if (env.DOCKER_HOST) return { via: "DOCKER_HOST", ...(await mustAnswer(localSocket(env.DOCKER_HOST, "DOCKER_HOST"), "DOCKER_HOST")) };
  const context = contextHost(env, homedir);
  if (!context) return undefined;
  if (context.fixed) {
    if (!context.host)
      throw new EngineError("engine.context_unknown", `DOCKER_CONTEXT names "${context.name}", which does not exist.`, "Correct or unset DOCKER_CONTEXT.");
    return { via: "DOCKER_CONTEXT", ...(await mustAnswer(localSocket(context.host, "DOCKER_CONTEXT"), "DOCKER_CONTEXT")) };
  }
  if (!/^(unix:\/\/|\/)/.test(context.host)) {
    log(`docker context "${context.name}" is a remote engine; looking for a local one`);
    return undefined;
  }
  const socketPath = localSocket(context.host, "the docker context");
  const probe = await probeSocket(socketPath);
  if (probe.state === "up") return { via: `context ${context.name}`, socketPath, probe };
  log(`docker context "${context.name}" does not answer (${probe.detail}); looking on`);
  return undefined;
}

/** @param {string} socketPath @param {string} setting */
async function mustAnswer(socketPath, setting) {
  const probe = await probeSocket(socketPath);
  if (probe.state === "up") return { socketPath, probe };
  if (probe.state === "denied") throw deniedError(socketPath);
  throw new EngineError(
    "engine.unreachable",
    `${setting} points to ${socketPath}, but no Docker engine answers there (${probe.detail}).`,
    `Start that engine, correct ${setting}, or unset it to let Sluice look for one. Nothing was installed.`,
  );
}

/** @param {string} socketPath */
function deniedError(socketPath) {
  const user = os.userInfo().username;
  return new EngineError(
    "engine.permission_denied",
    `A Docker engine is at ${socketPath}, but user "${user}" may not use it.`,
    `Run: sudo usermod -aG docker ${user}   (membership is equal to root on this machine), then sign in again.`,
  );
}

/**
 * @param {{ home: string, env: NodeJS.ProcessEnv, log: (line: string) => void, homedir: string, standard: string }} options
 */
async function findEngine({ home, env, log, homedir, standard }) {
  const named = await findNamed(env, homedir, log);
  if (named) return { found: named, standardFree: false };
  let standardFree = true;
  let denied;
  for (const candidate of candidateSockets(env, home, homedir, standard)) {
    const probe = await probeSocket(candidate.socketPath);
    if (probe.state === "up") return { found: { ...candidate, probe }, standardFree };
    if (probe.state === "denied") denied ??= candidate.socketPath;
    if (probe.state === "hung") {
      throw new EngineError(
        "engine.hung",
        `The engine at ${candidate.socketPath} accepts connections but is silent (${probe.detail}).`,
        "Restart it, or point DOCKER_HOST to another one.",
      );
    }
    if (candidate.socketPath === standard && probe.state !== "absent" && probe.state !== "dead") standardFree = false;
  }
  if (denied) throw deniedError(denied);
  return { found: undefined, standardFree };
}

/**
 * Finds the local engine, else installs and starts one (root on Debian or Ubuntu only). Idempotent; about 60 ms when one is up.
 * Throws EngineError with a remedy. A DOCKER_HOST that does not answer is an error, never a reason to install.
 * @param {{ home: string, env?: NodeJS.ProcessEnv, log?: (line: string) => void, homedir?: string, standardSocket?: string,
 *   install?: boolean }} options `install: false` only looks
 * @returns {Promise<Engine>}
 */
export async function ensureEngine({ home, env = process.env, log = () => {}, homedir = os.homedir(), standardSocket = STANDARD_SOCKET, install = true }) {
  const look = () => findEngine({ home, env, log, homedir, standard: standardSocket });
  const first = await look();
  if (first.found) return describe(first.found, home, log);
  if (!install) throw new EngineError("engine.absent", "No Docker engine is running.", "Run npm start as root on Debian or Ubuntu, or install Docker.");
  assertMayInstall();
  // Two clones that start together must not start two engines.
  const unlock = await takeLock(log);
  try {
    const again = await look();
    if (again.found) return describe(again.found, home, log);
    await installEngine(log);
    const socketPath = again.standardFree ? standardSocket : ownSocket(home);
    const via = await startEngine({ home, env, log, socketPath });
    const probe = await probeSocket(socketPath);
    if (probe.state !== "up") throw new EngineError("engine.start_failed", `The engine stopped answering at ${socketPath}.`, `Read ${engineLog(home)}.`);
    return describe({ via, socketPath, probe }, home, log);
  } finally {
    unlock();
  }
}

/**
 * @param {{ via: string, socketPath: string, probe: Extract<Probe, { state: "up" }> }} found
 * @param {string} home @param {(line: string) => void} log
 * @returns {Engine}
 */
function describe({ via, socketPath, probe }, home, log) {
  if (probe.podman) log("This is Podman, not Docker: health states, updates, GPU requests and builds differ. It is not supported; use a Docker engine.");
  const marker = readMarker(home);
  const startedByUs = marker !== undefined && marker.socketPath === socketPath && isOurs(marker, home);
  return { socketPath, dockerHost: `unix://${socketPath}`, version: probe.version, apiVersion: probe.apiVersion, startedByUs, via, podman: probe.podman };
}

function assertMayInstall() {
  const release = osRelease();
  const remedy = "Install Docker Engine 20.10 or newer, start it, and run npm start again.";
  if (process.platform !== "linux" || !isDebianLike(release)) {
    throw new EngineError("engine.absent", `No Docker engine is running, and Sluice installs one only on Debian and Ubuntu (this is ${release.name}).`, remedy);
  }
  if (process.getuid?.() !== 0) {
    throw new EngineError(
      "engine.absent",
      "No Docker engine is running, and installing one needs root.",
      "Run: sudo apt-get install -y docker.io   or run npm start as root.",
    );
  }
}

/** @param {(line: string) => void} log */
async function takeLock(log) {
  const until = Date.now() + 180_000;
  const owner = path.join(LOCK_FOLDER, "pid");
  for (let told = false; ;) {
    try {
      mkdirSync(LOCK_FOLDER);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(LOCK_FOLDER, { recursive: true, force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    const pid = Number(existsSync(owner) ? readFileSync(owner, "utf8") : 0);
    // Killed between making the folder and signing it: nobody takes seconds for that.
    const unsigned = pid === 0 && Date.now() - (statSync(LOCK_FOLDER, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 10_000;
    if (unsigned || (pid && !existsSync(`/proc/${pid}`))) rmSync(LOCK_FOLDER, { recursive: true, force: true });
    else if (Date.now() > until)
      throw new EngineError(
        "engine.locked",
        `Another set-up (process ${pid}) has been installing an engine for three minutes.`,
        `If it is gone, remove ${LOCK_FOLDER}.`,
      );
    else {
      if (!told) log("another set-up is starting the engine; waiting for it");
      told = true;
      await sleep(200);
    }
  }
}

/** @param {(line: string) => void} log */
async function installEngine(log) {
  const packages = [];
  if (!which("dockerd")) packages.push("docker.io");
  // dockerd without iptables starts no bridge.
  if (!which("iptables")) packages.push("iptables");
  if (packages.length === 0) return;
  try {
    await aptInstall(packages, { log });
  } catch (error) {
    throw new EngineError(
      "engine.install_failed",
      /** @type {Error} */ (error).message,
      "Repair the package manager (apt-get update), or install Docker yourself.",
    );
  }
}

/** @param {string} home */
const markerFile = (home) => path.join(home, "engine.json");
/** @param {string} home */
const engineLog = (home) => path.join(home, "logs", "engine.log");

/**
 * @typedef {{ pid: number, startTicks: string, socketPath: string, dataRoot: string }} Marker
 * @param {string} home @returns {Marker | undefined}
 */
function readMarker(home) {
  const marker = readJson(markerFile(home));
  return marker && Number.isInteger(marker.pid) && typeof marker.startTicks === "string" ? marker : undefined;
}

/** @param {Marker} marker @param {string} home */
function isOurs(marker, home) {
  if (startTicks(marker.pid) !== marker.startTicks) return false;
  const commandLine = readFileSync(`/proc/${marker.pid}/cmdline`, "utf8").split("\0");
  return commandLine.includes(path.join(path.resolve(home), "engine"));
}

/** @param {string} home @param {(line: string) => void} log */
function warnAboutFilesystem(home, log) {
  const type = statfsSync(home).type;
  if (type !== OVERLAYFS && type !== TMPFS) return;
  const name = type === OVERLAYFS ? "overlayfs" : "tmpfs";
  log(`${home} is on ${name}: the engine cannot keep its layers there efficiently. Set SLUICE_HOME to a folder on ext4 or xfs.`);
}

/** MTU of the way out. A bridge with a larger one loses big packets where path discovery is filtered. */
export function uplinkMtu(routes = "/proc/net/route", devices = "/sys/class/net") {
  try {
    const line = readFileSync(routes, "utf8")
      .split("\n")
      .find((row) => row.split("\t")[1] === "00000000");
    return Number(readFileSync(path.join(devices, line?.split("\t")[0] ?? "", "mtu"), "utf8")) || 1500;
  } catch {
    return 1500;
  }
}

/** @param {NodeJS.ProcessEnv} env the engine gets what pulls need, not our secrets */
function engineEnv(env) {
  /** @type {NodeJS.ProcessEnv} */
  const kept = {};
  for (const name of ["HOME", "LANG", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"]) {
    if (env[name]) kept[name] = env[name];
  }
  return withSystemPath(kept);
}

/**
 * @param {{ home: string, env: NodeJS.ProcessEnv, log: (line: string) => void, socketPath: string }} options
 * @returns {Promise<string>} how it was started
 */
async function startEngine({ home, env, log, socketPath }) {
  if (existsSync("/run/systemd/system") && socketPath === STANDARD_SOCKET) {
    const { code, output } = await run("systemctl", ["enable", "--now", "docker"]);
    if (code !== 0) throw new EngineError("engine.start_failed", `systemctl could not start docker:\n${output.trim()}`, "Read: journalctl -u docker");
    await waitUntilUp({ socketPath, alive: () => true, home });
    return "systemd";
  }
  const folder = path.resolve(home);
  const runFolder = path.dirname(ownSocket(home));
  mkdirSync(path.join(folder, "logs"), { recursive: true });
  mkdirSync(runFolder, { recursive: true, mode: 0o711 });
  warnAboutFilesystem(folder, log);
  const dataRoot = path.join(folder, "engine");
  const pidfile = path.join(runFolder, "dockerd.pid");
  rmSync(pidfile, { force: true });
  const mtu = uplinkMtu();
  const args = [
    "--data-root",
    dataRoot,
    "--exec-root",
    path.join(runFolder, "exec"),
    "--pidfile",
    pidfile,
    "-H",
    `unix://${socketPath}`,
    // Containers outlive a restart of the engine.
    "--live-restore",
    "--log-opt",
    "max-size=10m",
    "--log-opt",
    "max-file=3",
    ...(mtu < 1500 ? ["--mtu", String(mtu)] : []),
  ];
  const logFd = openSync(engineLog(home), "a", 0o640);
  const child = spawn(which("dockerd") ?? "dockerd", args, { detached: true, cwd: "/", env: engineEnv(env), stdio: ["ignore", logFd, logFd] });
  closeSync(logFd);
  let alive = true;
  child.on("exit", () => (alive = false));
  child.on("error", () => (alive = false));
  if (child.pid !== undefined) {
    const marker = { pid: child.pid, startTicks: startTicks(child.pid) ?? "", socketPath, dataRoot };
    writeFileSync(markerFile(home), `${JSON.stringify(marker)}\n`, { mode: 0o600 });
  }
  log(`starting a Docker engine at ${socketPath} (log: ${engineLog(home)})`);
  await waitUntilUp({ socketPath, alive: () => alive, home });
  child.unref();
  return "started";
}

/** @param {{ socketPath: string, alive: () => boolean, home: string }} options */
async function waitUntilUp({ socketPath, alive, home }) {
  const until = Date.now() + START_LIMIT_MS;
  while ((await probeSocket(socketPath, 2000)).state !== "up") {
    if (!alive() || Date.now() > until) {
      const what = alive() ? `was not ready within ${START_LIMIT_MS / 1000} s` : "exited";
      throw new EngineError("engine.start_failed", `The Docker engine ${what}:\n${errorLines(engineLog(home))}`, `The whole log: ${engineLog(home)}`);
    }
    await sleep(100);
  }
}

/** @param {string} file */
function errorLines(file) {
  if (!existsSync(file)) return "(no log)";
  const lines = readFileSync(file, "utf8").split("\n").slice(-400);
  const bad = lines.filter((line) => /level=(error|fatal)|failed to start/.test(line));
  return (bad.length > 0 ? bad : lines).slice(-6).join("\n");
}

/**
 * Ends the engine of this home, and only one that we started: by its marker, pid, start time and command line.
 * Containers keep running (live restore); stop ours first.
 * @param {{ home: string, log?: (line: string) => void }} options
 * @returns {Promise<boolean>} whether an engine was ended
 */
export async function stopEngine({ home, log = () => {} }) {
  const marker = readMarker(home);
  if (!marker) return false;
  if (!isOurs(marker, home)) {
    rmSync(markerFile(home), { force: true });
    return false;
  }
  log(`stopping the Docker engine (process ${marker.pid})`);
  process.kill(marker.pid, "SIGTERM");
  const until = Date.now() + STOP_LIMIT_MS;
  while (startTicks(marker.pid) === marker.startTicks) {
    if (Date.now() > until)
      throw new EngineError(
        "engine.stop_failed",
        `The engine (process ${marker.pid}) did not end within ${STOP_LIMIT_MS / 1000} s.`,
        `Read ${engineLog(home)}.`,
      );
    await sleep(100);
  }
  // Another start may have written its own marker meanwhile.
  if (readMarker(home)?.startTicks === marker.startTicks) rmSync(markerFile(home), { force: true });
  return true;
}

/**
 * What `doctor` prints: looks only, changes nothing.
 * @param {{ home: string, env?: NodeJS.ProcessEnv, homedir?: string, standardSocket?: string }} options
 * @returns {Promise<{ ok: boolean, summary: string, remedy: string | undefined, warnings: string[], engine: Engine | undefined }>}
 */
export async function checkEngine({ home, ...options }) {
  /** @type {string[]} */
  const warnings = [];
  try {
    const engine = await ensureEngine({ home, ...options, install: false, log: (line) => warnings.push(line) });
    const whose = engine.startedByUs ? "started by us" : engine.via;
    return {
      ok: !engine.podman,
      summary: `Docker ${engine.version} (API ${engine.apiVersion}) at ${engine.socketPath}, ${whose}`,
      remedy: undefined,
      warnings,
      engine,
    };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { ok: false, summary: error.message.split("\n")[0] ?? "", remedy: error.remedy, warnings, engine: undefined };
  }
}
