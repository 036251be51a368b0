// Account work through the bundled admin process.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

/** Where a generated first password waits until it was shown. */
export const firstPasswordFile = (place) => path.join(place.home, "secrets/first-password");

/** Runs one admin command and answers its JSON; a refusal is thrown with its sentence. */
export async function admin(root, databaseUrl, ...args) {
  const options = { cwd: root, env: { ...process.env, DATABASE_URL: databaseUrl } };
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(root, "dist/admin.mjs"), ...args], options).catch((error) => {
    throw new Error(error.stderr?.trim() || error.message, { cause: error });
  });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}
