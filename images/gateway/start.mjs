// First process of the gateway container (under docker-init). Keeps HAProxy's master, the agent and the mirror running as siblings:
// the death of one leaves the others alone. No dependencies. If this process itself dies the container ends and the engine restarts it.
// An upgrade runs two of these containers on one folder for a while. The new one's proxy takes the listening sockets of the old one's, so that
// no connection is lost; SIGUSR1 has the old one finish what it has and end, SIGUSR2 tells the new one that the old one takes nothing any more.
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const dir = process.env.SLUICE_GATEWAY_DIR ?? "/var/lib/sluice-gateway";
const haproxy = process.env.SLUICE_HAPROXY ?? "haproxy";
const programs = process.env.SLUICE_GATEWAY_PROGRAMS ?? "/opt/sluice";
// Below the engine's own 10 s before it kills.
const softStopMs = Number(process.env.SLUICE_GATEWAY_STOP_MS ?? 8000);
// Above the proxy's own limit of 10 minutes (hard-stop-after).
const drainMs = 660_000;
// An agent that nobody tells to begin begins all the same.
const longestWaitMs = 15_000;

const FIRST_BACKOFF_MS = 20;
const LONGEST_BACKOFF_MS = 2000;
const STEADY_MS = 10_000;

const config = path.join(dir, "current", "haproxy.cfg");
const adminSocket = path.join(dir, "admin.sock");
const masterSocket = path.join(dir, "master.sock");
const stop = new AbortController();

/** @param {string} text */
function say(text) {
  process.stderr.write(`gateway: ${text}\n`);
}

/** Waits without keeping a stop from being noticed. @param {number} ms */
async function pause(ms) {
  await sleep(ms, undefined, { signal: stop.signal }).catch(() => {});
}

/** What answers a command at a socket of a proxy; null where nobody does. @param {string} socket @param {string} command @returns {Promise<string | null>} */
function ask(socket, command) {
  return new Promise((resolve) => {
    let answer = "";
    const connection = net.connect(socket, () => connection.write(`${command}\n`));
    connection.setTimeout(1000, () => connection.destroy());
    connection.on("data", (data) => (answer += data));
    connection.on("error", () => resolve(null));
    connection.on("close", () => resolve(answer === "" ? null : answer));
  });
}

// Another container serves from this folder: its proxy answers before ours is there. Only at this moment, since a proxy that comes back after
// its death finds its own old worker at most.
const takesOver = (await ask(adminSocket, "show info")) !== null;
let agentMayRun = !takesOver;

/**
 * @typedef {{ name: string, command: string, args: string[], ready: () => boolean, waitingFor: string, process: import("node:child_process").ChildProcess | undefined }} Part
 * @param {Omit<Part, "process">} part @returns {Part}
 */
const part = (part) => ({ ...part, process: undefined });

const proxy = part({
  name: "haproxy",
  command: haproxy,
  args: ["-W", "-db", "-f", config, "-S", masterSocket],
  ready: () => existsSync(config),
  waitingFor: config,
});
/** @param {string} name @param {() => boolean} ready @param {string} waitingFor */
const program = (name, ready, waitingFor) => part({ name, command: process.execPath, args: [path.join(programs, `gateway-${name}.mjs`)], ready, waitingFor });
const agentFile = path.join(programs, "gateway-agent.mjs");
// Two agents would change one proxy, or take the old proxy for their own.
const agent = program("agent", () => agentMayRun && existsSync(agentFile), agentFile);
// Like the proxy it needs what the agent writes first, and only an image that has it runs it.
const mirror = program("mirror", () => existsSync(config), config);
const parts = existsSync(path.join(programs, "gateway-mirror.mjs")) ? [proxy, agent, mirror] : [proxy, agent];

/** Says when the proxy serves: who upgrades waits for that line. The old socket was removed, so whoever answers is the new master, and names a worker. */
async function tellWhenServing() {
  while (!stop.signal.aborted) {
    if (/^# workers\n\d/m.test((await ask(masterSocket, "show proc")) ?? "")) return say("haproxy serves");
    await pause(50);
  }
}

async function keepProxy() {
  rmSync(masterSocket, { force: true });
  const args = proxy.args;
  if (takesOver) {
    say("takes over the listening sockets of the proxy that serves");
    proxy.args = [...args, "-x", adminSocket];
  }
  void tellWhenServing();
  await Promise.all([
    keepRunning(proxy),
    // Once started it has the sockets; a later start of its own makes them.
    (async () => {
      while (!proxy.process && !stop.signal.aborted) await pause(50);
      proxy.args = args;
    })(),
  ]);
}

/** Runs one part for ever: at once after a death, slower when it dies young again and again. @param {Part} part */
async function keepRunning(part) {
  let backoff = FIRST_BACKOFF_MS;
  for (let told = false; !stop.signal.aborted;) {
    if (!part.ready()) {
      if (!told) say(`${part.name} waits for ${part.waitingFor}`);
      told = true;
      await pause(50);
      continue;
    }
    told = false;
    const startedAt = Date.now();
    const how = await runOnce(part);
    if (stop.signal.aborted) return;
    if (Date.now() - startedAt > STEADY_MS) backoff = FIRST_BACKOFF_MS;
    say(`${part.name} ended (${how}); starting it again in ${backoff} ms`);
    await pause(backoff);
    backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
  }
}

/** @param {Part} part @returns {Promise<string>} how it ended */
function runOnce(part) {
  return new Promise((resolve) => {
    const child = spawn(part.command, part.args, { stdio: ["ignore", "inherit", "inherit"] });
    part.process = child;
    say(`${part.name} started (process ${child.pid})`);
    const ended = (/** @type {string} */ how) => {
      if (part.process === child) part.process = undefined;
      resolve(how);
    };
    child.on("error", (error) => ended(error.message));
    child.on("exit", (code, signal) => ended(signal ? `signal ${signal}` : `code ${code}`));
  });
}

/**
 * Sends the signals one after the other until the part has ended.
 * @param {Part} part @param {{ signal: NodeJS.Signals, waitMs: number }[]} steps
 */
async function end(part, steps) {
  for (const { signal, waitMs } of steps) {
    if (!part.process) return;
    part.process.kill(signal);
    const until = Date.now() + waitMs;
    while (part.process && Date.now() < until) await sleep(20);
  }
}

let ending = false;
let handedOver = false;
// Of a mirror whose socket another one has by now: in closing it would remove it.
const killed = [{ signal: /** @type {const} */ ("SIGKILL"), waitMs: 500 }];

/** Another gateway has the listening sockets: what is under way here ends in its own time, and nothing is taken any more. */
async function handOver() {
  if (stop.signal.aborted) return;
  stop.abort();
  handedOver = true;
  say("hands over");
  await end(agent, [
    { signal: "SIGTERM", waitMs: 3000 },
    { signal: "SIGKILL", waitMs: 500 },
  ]);
  await end(proxy, [
    { signal: "SIGUSR1", waitMs: drainMs },
    { signal: "SIGKILL", waitMs: 500 },
  ]);
  // Its last records are written within that time.
  await sleep(500);
  await end(mirror, killed);
  process.exit(0);
}

async function shutDown() {
  if (ending) return;
  ending = true;
  stop.abort();
  // HAProxy first: requests that drain still go through the mirror, and the agent takes their access log.
  await end(proxy, [
    { signal: "SIGUSR1", waitMs: softStopMs },
    { signal: "SIGTERM", waitMs: 500 },
    { signal: "SIGKILL", waitMs: 500 },
  ]);
  const soon = [
    { signal: /** @type {const} */ ("SIGTERM"), waitMs: 1000 },
    { signal: /** @type {const} */ ("SIGKILL"), waitMs: 500 },
  ];
  await Promise.all([end(agent, soon), end(mirror, handedOver ? killed : soon)]);
  process.exit(0);
}

process.on("SIGTERM", () => void shutDown());
process.on("SIGINT", () => void shutDown());
process.on("SIGUSR1", () => void handOver());
process.on("SIGUSR2", () => (agentMayRun = true));
if (takesOver) setTimeout(() => (agentMayRun = true), longestWaitMs).unref();
await Promise.all(parts.map((part) => (part === proxy ? keepProxy() : keepRunning(part))));
