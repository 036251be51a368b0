import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { runLogged } from "./run.mjs";
import { startTicks } from "./processes.mjs";
import { until } from "./testing.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tether-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const logFile = path.join(folder, "step.log");
const options = { cwd: folder, env: process.env, logFile };

it("runs a step to its end with its output in the log, and a failed one is told with its last lines", async () => {
  await runLogged("sh", ["-c", "echo one; echo two >&2"], options);
  expect(fs.readFileSync(logFile, "utf8")).toBe("one\ntwo\n");
  await expect(runLogged("sh", ["-c", "echo broken; exit 3"], options)).rejects.toThrow(/sh -c ended with 3; log: .+step\.log\nbroken/);
  await expect(runLogged("no-such-program", [], options)).rejects.toThrow(/ENOENT/);
});

it("ends a step, and what the step has started, when the start itself is killed", async () => {
  const script = `import(${JSON.stringify(path.join(import.meta.dirname, "run.mjs"))}).then(({ runLogged }) =>
    runLogged("sh", ["-c", "sleep 300 & echo $! $$; wait"], { cwd: ".", logFile: ${JSON.stringify(logFile)} }))`;
  const start = spawn(process.execPath, ["-e", script], { cwd: folder, stdio: "ignore" });
  const pids = await until(() => /^(\d+) (\d+)\n/.exec(fs.readFileSync(logFile, "utf8"))?.slice(1).map(Number));
  expect(pids.map(startTicks)).not.toContain(undefined);
  start.kill("SIGKILL");
  await until(() => pids.every((/** @type {number} */ pid) => startTicks(pid) === undefined), 10_000, "the end of the step");
});
