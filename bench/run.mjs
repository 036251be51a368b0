// `npm run bench`: lists the benches, or runs the named ones one after another. Each prints a table and fails when an allowance is passed.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = path.dirname(fileURLToPath(import.meta.url));
const entryOf = (name) => ["run.ts", "run.mjs"].map((file) => path.join(folder, name, file)).find((file) => fs.existsSync(file));
const known = fs.readdirSync(folder).filter((name) => entryOf(name));
const [first, ...rest] = process.argv.slice(2);
const chosen = first === "all" ? known : first === undefined ? [] : [first];

if (chosen.length === 0) {
  console.log(`benches: ${known.join(", ")}\nrun one: npm run bench -- <name> [options]     all: npm run bench -- all`);
  process.exit(0);
}
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`unknown bench: ${unknown.join(", ")} (benches: ${known.join(", ")})`);
  process.exit(2);
}
let failed = 0;
for (const name of chosen) {
  const entry = entryOf(name);
  const args = [...(entry.endsWith(".ts") ? ["--import", "tsx"] : []), entry, ...rest];
  const code = await new Promise((resolve) => spawn(process.execPath, args, { cwd: path.dirname(folder), stdio: "inherit" }).once("exit", resolve));
  if (code !== 0) failed += 1;
}
process.exit(failed > 0 ? 1 : 0);
