import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimStart, installation, runningStart } from "./context.mjs";
import { endLeftovers, startTicks } from "./processes.mjs";
import { until } from "./testing.mjs";

/** @type {string} */
let folder;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "context-"))));
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const place = () => ({ stateFile: path.join(folder, "supervisor.json"), studioPort: 4000 });

/** A process that ends only when it is told to, or not even then. */
async function sleeper(stubborn = false) {
  const script = `${stubborn ? 'process.on("SIGTERM", () => {});' : ""} console.log("up"); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  return child;
}

describe("the one start of an installation", () => {
  it("is known to others with its ports until it ends, and a second one is refused", () => {
    const claim = claimStart(place());
    expect(runningStart(place().stateFile)).toMatchObject({ pid: process.pid, phase: "starting", place: { studioPort: 4000 } });
    expect(() => claimStart(place())).toThrow(/is starting already \(process \d+\)/);
    claim.update({ phase: "ready" });
    expect(() => claimStart(place())).toThrow(/runs already/);
    expect(fs.statSync(place().stateFile).mode & 0o777).toBe(0o600);
    claim.release();
    expect(runningStart(place().stateFile)).toBeNull();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("is taken over when its process was killed, also when another process has its number now", () => {
    fs.writeFileSync(place().stateFile, JSON.stringify({ pid: process.pid, startTicks: "1", phase: "ready" }));
    expect(runningStart(place().stateFile)).toBeNull();
    claimStart(place()).release();
    fs.writeFileSync(place().stateFile, "{half");
    claimStart(place()).release();
  });
});

describe("what a killed start left behind", () => {
  it("is ended, the stubborn too, and nobody else's process of the same number", async () => {
    const [mine, stubborn, other] = await Promise.all([sleeper(), sleeper(true), sleeper()]);
    const entry = (/** @type {string} */ name, /** @type {{ pid?: number }} */ child) => ({ name, pid: child.pid, startTicks: startTicks(child.pid ?? 0) });
    const file = path.join(folder, "pids.json");
    fs.writeFileSync(file, JSON.stringify([entry("studio", mine), entry("ingester", stubborn), { ...entry("control-plane", other), startTicks: "1" }]));
    expect((await endLeftovers(file)).sort()).toEqual(["ingester", "studio"]);
    await until(() => mine.signalCode === "SIGTERM" && stubborn.signalCode === "SIGKILL");
    expect(other.exitCode ?? other.signalCode).toBeNull();
    expect(fs.existsSync(file)).toBe(false);
    other.kill("SIGKILL");
  });

  it("is nothing where nothing was written", async () => {
    expect(await endLeftovers(path.join(folder, "pids.json"))).toEqual([]);
  });
});

it("names a port that is none with an example", () => {
  expect(() => installation({ SLUICE_HOME: folder, SLUICE_GATEWAY_PORT: "https" })).toThrow(
    'SLUICE_GATEWAY_PORT must be a whole number from 1 to 65535, not "https" (example: SLUICE_GATEWAY_PORT=8443)',
  );
  expect(() => installation({ SLUICE_HOME: "here" })).toThrow(/SLUICE_HOME must be an absolute path/);
});
