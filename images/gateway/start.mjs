// First process of the gateway container (under docker-init). Keeps HAProxy's master, the agent and the mirror running as siblings:
// the death of one leaves the others alone. No dependencies. If this process itself dies the container ends and the engine restarts it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const dir = process.env.SLUICE_GATEWAY_DIR ?? "/var/lib/sluice-gateway";
const haproxy = process.env.SLUICE_HAPROXY ?? "haproxy";
const programs = process.env.SLUICE_GATEWAY_PROGRAMS ?? "/opt/sluice";
// Below the engine's own 10 s before it kills.
const softStopMs = Number(process.env.SLUICE_GATEWAY_STOP_MS ?? 8000);

const FIRST_BACKOFF_MS = 20;
const LONGEST_BACKOFF_MS = 2000;
const STEADY_MS = 10_000;

const config = path.join(dir, "current", "haproxy.cfg");
const stop = new AbortController();

/** @param {string} text */
function say(text) {
  process.stderr.write(`gateway: ${text}\n`);
}

/** Waits without keeping a stop from being noticed. @param {number} ms */
async function pause(ms) {
  await sleep(ms, undefined, { signal: stop.signal }).catch(() => {});
}

/**
 * @typedef {{ name: string, command: string, args: string[], ready: () => boolean, waitingFor: string, process: import("node:child_process").ChildProcess | undefined }} Part
 * @param {Omit<Part, "process">} part @returns {Part}
 */
const part = (part) => ({ ...part, process: undefined });

const proxy = part({
  name: "haproxy",
  command: haproxy,
  args: ["-W", "-db", "-f", config, "-S", path.join(dir, "master.sock")],
  ready: () => existsSync(config),
  waitingFor: config,
});
/** @param {string} name @param {() => boolean} ready @param {string} waitingFor */
const program = (name, ready, waitingFor) => part({ name, command: process.execPath, args: [path.join(programs, `gateway-${name}.mjs`)], ready, waitingFor });
const agentFile = path.join(programs, "gateway-agent.mjs");
const agent = program("agent", () => existsSync(agentFile), agentFile);
// Like the proxy it needs what the agent writes first, and only an image that has it runs it.
const mirror = program("mirror", () => existsSync(config), config);
const parts = existsSync(path.join(programs, "gateway-mirror.mjs")) ? [proxy, agent, mirror] : [proxy, agent];

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

async function shutDown() {
  if (stop.signal.aborted) return;
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
  await Promise.all([end(agent, soon), end(mirror, soon)]);
  process.exit(0);
}

process.on("SIGTERM", () => void shutDown());
process.on("SIGINT", () => void shutDown());
await Promise.all(parts.map(keepRunning));
