// Child processes of the set-up steps.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const tether = fileURLToPath(new URL("tether.mjs", import.meta.url));

/**
 * Runs a command to its end with its output in `logFile`; rejects with the last lines and the log's path when it fails. It ends when we are killed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, logFile: string }} options
 */
export function runLogged(command, args, { cwd, env, logFile }) {
  fs.mkdirSync(path.dirname(logFile), { recursive: true });
  const out = fs.openSync(logFile, "w");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tether, command, ...args], { cwd, env: env ?? process.env, stdio: ["ignore", out, out, "ipc"] });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      fs.closeSync(out);
      if (code === 0) return resolve(undefined);
      const tail = fs.readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-20).join("\n");
      reject(new Error(`${path.basename(command)} ${args[0] ?? ""} ended with ${signal ?? code}; log: ${logFile}\n${tail}`));
    });
  });
}
