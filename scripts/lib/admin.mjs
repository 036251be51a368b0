// Account work through the bundled admin process.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

/** Runs one admin command and answers its JSON. */
export async function admin(root, databaseUrl, ...args) {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(root, "dist/admin.mjs"), ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}
