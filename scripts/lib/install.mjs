// Node dependencies, installed once per lock file.
import fs from "node:fs";
import path from "node:path";
import { hashFiles, onceFor } from "./stamp.mjs";
import { runLogged } from "./run.mjs";

const markerOf = (root) => path.join(root, "node_modules/.sluice-lock");
const stampOf = (root) => `${hashFiles(root, ["package-lock.json", "package.json"])} ${process.versions.modules}`;

/** Whether node_modules belongs to this lock file and this Node. */
export const isInstalled = (root) => fs.existsSync(markerOf(root)) && fs.readFileSync(markerOf(root), "utf8") === stampOf(root);

/** Runs `npm ci` when node_modules does not belong to this lock file; answers whether it ran. */
export function installDependencies(root, logs) {
  return onceFor(markerOf(root), stampOf(root), async () => {
    fs.mkdirSync(logs, { recursive: true });
    // Scripts stay on for the few packages that package.json allows: PostgreSQL's binaries need theirs.
    await runLogged("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      env: { ...process.env, NODE_ENV: "development" },
      logFile: path.join(logs, "npm-ci.log"),
    });
  });
}
