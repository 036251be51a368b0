#!/usr/bin/env node
// `npx sluice`: bundles the command when its sources changed, then runs it with what the project can give it.
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundleCommand } from "../scripts/lib/build.mjs";
import { installation } from "../scripts/lib/context.mjs";
import { ensureEngine } from "../scripts/lib/engine.mjs";
import { installDependencies } from "../scripts/lib/install.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { home, logs } = installation();
const note = (line) => console.error(`     ${line}`);
let found;

// A command for one's own engine installs none.
const engineSocket = async () => (found ??= (await ensureEngine({ home, env: process.env, install: false, log: note })).socketPath);

async function images() {
  const { default: Docker } = await import("dockerode");
  const { ensureServingImages } = await import("../scripts/lib/images.mjs");
  return ensureServingImages({ docker: new Docker({ socketPath: await engineSocket() }), root, home, log: note });
}

try {
  await installDependencies(root, logs);
  const { main } = await import(pathToFileURL(await bundleCommand(root)).href);
  await main({ root, engineSocket, images }, process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof Error && "remedy" in error) console.error(`→ ${String(error.remedy)}`);
  process.exitCode = 1;
}
