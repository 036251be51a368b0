// What every command of package.json knows of this installation.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { derived, homeOf, installationId } from "./home.mjs";

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Folder, id and the values that derive from the id, with what the environment sets. Throws one sentence for a bad number. */
export function installation(env = process.env) {
  const id = env.SLUICE_ID || installationId(root);
  const home = homeOf(root, env);
  const numbers = derived(id);
  const port = (name, fallback) => {
    const value = env[name] ? Number(env[name]) : fallback;
    if (!Number.isInteger(value) || value < 1 || value > 65_535)
      throw new Error(`${name} must be a port, 1 to 65535, not "${env[name]}" (example: ${name}=${fallback})`);
    return value;
  };
  return {
    id,
    home,
    logs: path.join(home, "logs"),
    stateFile: path.join(home, "run/supervisor.json"),
    postgresPort: port("SLUICE_POSTGRES_PORT", numbers.postgresPort),
    controlPort: port("SLUICE_CONTROL_PORT", numbers.controlPort),
    ingesterPort: port("SLUICE_INGESTER_PORT", numbers.ingesterPort),
    studioPort: port("SLUICE_STUDIO_PORT", 3000),
    studioHost: env.SLUICE_STUDIO_HOST || "127.0.0.1",
    gatewayPort: port("SLUICE_GATEWAY_PORT", 8443),
    gatewayHost: env.SLUICE_GATEWAY_HOST || "localhost",
    supernet: env.SLUICE_SUPERNET || numbers.supernet,
    buildSubnet: numbers.buildSubnet,
  };
}

/** The running supervisor as it wrote itself down, or null; a pid that is not ours any more counts as none. */
export function runningSupervisor(stateFile) {
  try {
    const state = JSON.parse(fs.readFileSync(stateFile, "utf8"));
    const command = fs.readFileSync(`/proc/${state.pid}/cmdline`, "utf8");
    return command.includes("start.mjs") || command.includes("dev.mjs") ? state : null;
  } catch {
    return null;
  }
}
