// Node dependencies, installed once per lock file.
import fs from "node:fs";
import path from "node:path";
import { hashFiles, onceFor } from "./stamp.mjs";
import { runLogged } from "./run.mjs";

/** Runs `npm ci` when node_modules does not belong to this lock file; answers whether it ran. */
export function installDependencies(root, logs) {
  const stamp = `${hashFiles(root, ["package-lock.json", "package.json"])} ${process.versions.modules}`;
  const marker = path.join(root, "node_modules/.sluice-lock");
  return onceFor(marker, stamp, async () => {
    fs.mkdirSync(logs, { recursive: true });
    // Scripts stay on for the few packages that package.json allows: PostgreSQL's binaries need theirs.
    await runLogged("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      env: { ...process.env, NODE_ENV: "development" },
      logFile: path.join(logs, "npm-ci.log"),
    });
  });
}
