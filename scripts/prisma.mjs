// Runs the Prisma CLI for the commands that need no schema engine. The CLI insists on finding an engine binary before it does anything, and
// would download one; any executable satisfies it. Never for `migrate`: with a wrong engine that reports success without doing anything.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const allowed = new Set(["generate", "validate", "format"]);
const command = process.argv[2] ?? "";
if (!allowed.has(command)) {
  console.error(`prisma.mjs runs ${[...allowed].join(", ")}; for migrations use "npm run db:migrate -- deploy|drift|create".`);
  process.exit(2);
}
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const run = spawnSync(process.execPath, [path.join(root, "node_modules/prisma/build/index.js"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" },
});
process.exit(run.status ?? 1);
