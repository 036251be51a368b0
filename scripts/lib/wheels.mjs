// Python packages as tools of tests, each in a folder of its own that is never changed: a version more is a folder more.
import fs from "node:fs";
import path from "node:path";
import { aptInstall } from "./apt.mjs";
import { runLogged } from "./run.mjs";

/**
 * Installs packages with pip below `<home>/cache/<name>` when that is not there. Idempotent; gives the folder. It is whole or not there.
 * @param {{ home: string, logs: string, name: string, pip: readonly string[], log?: (line: string) => void }} options `pip`: what is given to pip's `install`
 * @returns {Promise<string>}
 */
export async function ensureWheels({ home, logs, name, pip, log = () => {} }) {
  const folder = path.join(path.resolve(home), "cache", name);
  if (fs.existsSync(folder)) return folder;
  const partial = `${folder}.partial-${process.pid}`;
  const install = () => runLogged("python3", ["-m", "pip", "install", "--quiet", "--target", partial, ...pip], { logFile: path.join(logs, `${name}.log`) });
  try {
    await install().catch(async () => {
      await aptInstall(["python3", "python3-pip"], { log });
      fs.rmSync(partial, { recursive: true, force: true });
      await install();
    });
    fs.renameSync(partial, folder);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}
