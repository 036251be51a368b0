// Content stamps: a step whose inputs did not change since it last succeeded is not run again.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

function* filesBelow(target) {
  if (!fs.existsSync(target)) return;
  if (!fs.statSync(target).isDirectory()) {
    yield target;
    return;
  }
  for (const entry of fs.readdirSync(target, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (["node_modules", ".next", "generated", ".git"].includes(entry.name)) continue;
    yield* filesBelow(path.join(target, entry.name));
  }
}

/** SHA-256 (hex) over names and contents of the files at and below `targets`, relative to `root`; tests are left out. */
export function hashFiles(root, targets) {
  const hash = createHash("sha256");
  for (const target of targets) {
    for (const file of filesBelow(path.join(root, target))) {
      if (/\.test\.(ts|mjs)$/.test(file)) continue;
      hash.update(path.relative(root, file)).update("\0").update(fs.readFileSync(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

/** Runs `work` unless `file` holds `value` already, then writes it; answers whether it ran. */
export async function onceFor(file, value, work) {
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === value) return false;
  fs.rmSync(file, { force: true });
  await work();
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, value);
  return true;
}
