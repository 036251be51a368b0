// `npm test`: sets up what the tests need on an empty machine, then runs every layer. With arguments only those layers:
// static unit integration docker gateway studio full; what follows `--` narrows them to files (`npm test docker -- image-build`). Times on two cores: set-up 4 min (first
// time), integration 6, docker 14 with static and unit beside it, gateway 5, studio and full 45 (ten of them images of model kinds, built once).
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { buildStudio } from "./lib/build.mjs";
import { aptInstall } from "./lib/apt.mjs";
import { installation, root } from "./lib/context.mjs";
import { stopEngine } from "./lib/engine.mjs";
import { ensureAccount } from "./lib/home.mjs";
import { prepareMachine } from "./lib/machine.mjs";
import { createSteps } from "./lib/steps.mjs";
import { printTally, readPlaywright, readVitest } from "./lib/tally.mjs";

const all = ["static", "unit", "integration", "docker", "gateway", "studio", "full"];
const words = process.argv.slice(2);
const split = words.includes("--") ? words.indexOf("--") : words.length;
const chosen = split > 0 ? words.slice(0, split) : all;
const files = words.slice(split + 1);
const unknown = chosen.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`unknown layer: ${unknown.join(", ")} (layers: ${all.join(", ")})`);
  process.exit(2);
}
const needs = (...layers) => layers.some((layer) => chosen.includes(layer));
const base = installation();
// A folder and an id of their own, so that tests never meet a running product.
const home = process.env.SLUICE_TEST_HOME || (process.getuid?.() === 0 ? `/var/lib/sluice/${base.id}-test` : path.join(root, ".sluice-test"));
const reports = path.join(home, "reports");
const children = [];
const layers = [];
// Layers on real engines, proxies and browsers repeat what failed, once, and tell it. Unit tests have no such excuse.
const retries = process.env.SLUICE_TEST_RETRIES ?? "1";
const repeats = (name) => (name === "unit" ? [] : [`--retry=${retries}`]);

function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "inherit", "inherit"] });
    child.once("exit", (code) => resolve(code ?? 1));
    child.once("error", () => resolve(1));
  });
}

async function startDatabase(account) {
  const port = base.postgresPort + 3;
  const args = ["--import", "tsx", path.join(root, "scripts/test-database.ts"), home, String(port), ...(account ? [`${account.uid}:${account.gid}`] : [])];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(String(data).trim()));
    child.once("exit", (code) => reject(new Error(`the test database ended with ${code}; log: ${home}/postgres.log`)));
  });
}

async function setUp(steps) {
  fs.mkdirSync(reports, { recursive: true });
  fs.mkdirSync(path.join(home, "cache"), { recursive: true });
  const account = ensureAccount();
  const log = (line) => console.log(`     ${line}`);
  const machine = await prepareMachine({ root, home, logs: path.join(home, "logs"), env: process.env, steps, log });
  const work = [];
  const env = {
    REQUIRE_ENGINES: process.getuid?.() === 0 ? "1" : (process.env.REQUIRE_ENGINES ?? "0"),
    SLUICE_TEST_DOCKER: machine.engine.socketPath,
    SLUICE_INFERENCE_IMAGE: machine.images.inference,
    SLUICE_PYTHON_IMAGE_REF: machine.images.pythonBase,
    SLUICE_INITIALIZER_IMAGE: machine.images.initializer,
    SLUICE_GATEWAY_IMAGE_REF: machine.images.gateway,
  };
  if (needs("integration", "docker", "gateway"))
    work.push(steps.step("test database", async () => void (env.SLUICE_TEST_DATABASE_URL = await startDatabase(account))));
  if (needs("integration", "studio", "full")) {
    const { ensureSeaweed } = await import("./lib/seaweed.mjs");
    work.push(steps.step("S3 server for tests", async () => void (env.SLUICE_TEST_WEED = await ensureSeaweed({ home, logs: path.join(home, "logs"), log }))));
  }
  if (needs("gateway")) {
    const { ensureSslyze } = await import("./lib/sslyze.mjs");
    work.push(
      steps.step("TLS scanner for tests", async () => void (env.SLUICE_TEST_SSLYZE = await ensureSslyze({ home, logs: path.join(home, "logs"), log }))),
    );
  }
  if (needs("gateway", "integration")) {
    const { ensureHostHaproxy } = await import("./lib/haproxy.mjs");
    work.push(
      steps.step(
        "proxy for tests",
        async () => void (env.SLUICE_TEST_HAPROXY = await ensureHostHaproxy({ home, docker: machine.docker, image: machine.images.gateway })),
      ),
    );
  }
  if (needs("studio", "full")) {
    if (!fs.existsSync("/usr/bin/chromium")) work.push(steps.step("chromium", () => aptInstall(["chromium", "fonts-liberation"], { log })));
    work.push(steps.step("studio build", async () => ({ note: (await buildStudio(root, path.join(home, "logs"))) ? "built" : "up to date" })));
  }
  await Promise.all(work);
  return env;
}

async function staticChecks() {
  const started = Date.now();
  const bin = (name) => path.join(root, "node_modules/.bin", name);
  const checks = [
    ["lock file", process.execPath, ["scripts/lock-file.mjs", "--check"]],
    ["types", bin("tsc"), ["--noEmit", "-p", "tsconfig.json"]],
    ["types of scripts", bin("tsc"), ["-p", "scripts/tsconfig.json"]],
    ["lint", bin("eslint"), ["--cache", "--max-warnings", "0", "."]],
    [
      "import rules",
      bin("depcruise"),
      ["server", "cli", "app", "components", "prisma", "playwright", "--config", ".dependency-cruiser.cjs", "--output-type", "err"],
    ],
    ["unused code", bin("knip"), ["--no-progress"]],
    ["format", bin("prettier"), ["--check", "--log-level", "warn", "."]],
  ];
  let passed = 0;
  for (const [name, command, args] of checks) {
    const at = Date.now();
    const ok = (await run(command, args)) === 0;
    console.log(`  ${ok ? "ok" : "!!"} ${name} ${((Date.now() - at) / 1000).toFixed(1)} s`);
    if (ok) passed += 1;
  }
  layers.push({ name: "static", passed, failed: checks.length - passed, skipped: 0, ms: Date.now() - started });
}

async function vitestLayer(name, env) {
  const started = Date.now();
  const file = path.join(reports, `${name}.json`);
  const unsteadyFile = path.join(reports, `${name}.unsteady.json`);
  for (const old of [file, unsteadyFile]) fs.rmSync(old, { force: true });
  const reporters = ["dot", "json", path.join(root, "scripts/lib/unsteady-reporter.mjs")].map((reporter) => `--reporter=${reporter}`);
  const code = await run(
    path.join(root, "node_modules/.bin/vitest"),
    ["run", "--project", name, ...files, ...repeats(name), ...reporters, `--outputFile.json=${file}`],
    { ...env, SLUICE_UNSTEADY_FILE: unsteadyFile },
  );
  const counts = fs.existsSync(file) ? readVitest(file, unsteadyFile) : { passed: 0, failed: 1, skipped: 0 };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  layers.push({ name, ...counts, ms: Date.now() - started });
}

async function browserLayers(names, env) {
  const started = Date.now();
  const file = path.join(reports, "playwright.json");
  fs.rmSync(file, { force: true });
  // Files first: the runner takes every word after --project for another project.
  const projects = names.flatMap((name) => ["--project", name]);
  const argv = ["test", ...files, "--config", "playwright/playwright.config.ts", `--retries=${retries}`, ...projects];
  const code = await run(path.join(root, "node_modules/.bin/playwright"), argv, {
    ...env,
    SLUICE_TEST_HOME: home,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  const counts = fs.existsSync(file) ? readPlaywright(file) : { passed: 0, failed: 1, skipped: 0 };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  layers.push({ name: names.join("+"), ...counts, ms: Date.now() - started });
}

async function main() {
  const steps = createSteps();
  const env = await setUp(steps);
  console.log(`set-up ${(steps.done() / 1000).toFixed(1)} s`);
  if (needs("integration")) await vitestLayer("integration", env);
  // The docker layer waits for containers and downloads most of its time, and these two wait for nothing.
  const beside = async () => {
    if (needs("static")) await staticChecks();
    if (needs("unit")) await vitestLayer("unit", env);
  };
  await Promise.all([beside(), needs("docker") ? vitestLayer("docker", env) : null]);
  if (needs("gateway")) await vitestLayer("gateway", env);
  const browsers = ["studio", "full"].filter((name) => needs(name));
  if (browsers.length > 0) await browserLayers(browsers, env);
}

let failure = null;
try {
  await main();
} catch (error) {
  failure = error;
  console.error(error instanceof Error ? error.message : error);
}
for (const child of children) child.kill("SIGTERM");
// Only an engine that this folder's set-up started ends; others are left alone.
await stopEngine({ home }).catch((error) => console.error(String(error)));
if (failure) layers.push({ name: "set-up", passed: 0, failed: 1, skipped: 0, ms: 0 });
const inOrder = (layer) => all.findIndex((name) => layer.name.startsWith(name));
process.exit(printTally(layers.toSorted((a, b) => inOrder(a) - inOrder(b))) ? 0 : 1);
