// `npm run build`: everything that can be made before a database or an engine is there.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildStudio, bundleProcesses, generateClient } from "./lib/build.mjs";
import { createSteps } from "./lib/steps.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const logs = path.join(root, "dist/logs");
const { step, done } = createSteps();
await step("database client", () => generateClient(root, logs));
await Promise.all([step("process bundles", () => bundleProcesses(root)), step("studio", () => buildStudio(root, logs))]);
console.log(`built in ${(done() / 1000).toFixed(1)} s`);
