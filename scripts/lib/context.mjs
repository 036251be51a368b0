// What every command of package.json knows of this installation: its folder, its values, and the start that runs.
import fs from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { derived, homeOf, installationId } from "./home.mjs";
import { startTicks } from "./processes.mjs";

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Folder, id and the values that derive from the id, with what the environment sets. Throws one sentence for a bad number. */
export function installation(env = process.env) {
  const id = env.SLUICE_ID || installationId(root);
  const home = homeOf(root, env);
  const numbers = derived(id);
  const port = (name, fallback) => {
    const value = env[name] ? Number(env[name]) : fallback;
    if (value !== null && (!Number.isInteger(value) || value < 1 || value > 65_535))
      throw new Error(`${name} must be a whole number from 1 to 65535, not "${env[name]}" (example: ${name}=${fallback ?? 8080})`);
    return value;
  };
  const gatewayHost = env.SLUICE_GATEWAY_HOST || "localhost";
  return {
    id,
    home,
    logs: path.join(home, "logs"),
    stateFile: path.join(home, "run/supervisor.json"),
    pidFile: path.join(home, "run/pids.json"),
    postgresPort: port("SLUICE_POSTGRES_PORT", numbers.postgresPort),
    controlPort: port("SLUICE_CONTROL_PORT", numbers.controlPort),
    ingesterPort: port("SLUICE_INGESTER_PORT", numbers.ingesterPort),
    studioPort: port("SLUICE_STUDIO_PORT", 3000),
    studioHost: env.SLUICE_STUDIO_HOST || "127.0.0.1",
    gatewayPort: port("SLUICE_GATEWAY_PORT", 8443),
    gatewayHttpPort: port("SLUICE_GATEWAY_HTTP_PORT", null),
    gatewayHost,
    // An address has no names below it.
    gatewayDomain: env.SLUICE_GATEWAY_DOMAIN || `endpoints.${isIP(gatewayHost) ? "localhost" : gatewayHost}`,
    gatewayBind: env.SLUICE_GATEWAY_BIND || "0.0.0.0",
    // Where it is not set, a start may choose another, see supernet.mjs.
    supernet: env.SLUICE_SUPERNET || numbers.supernet,
    supernetIsSet: Boolean(env.SLUICE_SUPERNET),
    ownDatabase: Boolean(env.DATABASE_URL),
  };
}

/** The running start as it wrote itself down, or null; a pid that is not that process any more counts as none. */
export function runningStart(stateFile) {
  try {
    const state = JSON.parse(fs.readFileSync(stateFile, "utf8"));
    return startTicks(state.pid) === state.startTicks ? state : null;
  } catch {
    return null;
  }
}

/** This installation as it runs: a start that was given ports and hosts is asked about with those, also from a shell that does not know them. */
export function runningInstallation(env = process.env) {
  const place = installation(env);
  const running = runningStart(place.stateFile);
  return { place: running ? { ...place, ...running.place } : place, running };
}

export const alreadyRuns = (running) =>
  new Error(`Sluice ${running.phase === "ready" ? "runs" : `is ${running.phase}`} already (process ${running.pid}). See: npm run status. End it: npm stop`);

/**
 * Writes this process down as the one start of the installation, which no second one can do at the same time. Answers how to change the entry and
 * how to take it away.
 */
export function claimStart(place) {
  const entry = { pid: process.pid, startTicks: startTicks(process.pid), phase: "starting", startedAt: Date.now(), place };
  const draft = `${place.stateFile}.${process.pid}`;
  const save = () => fs.writeFileSync(draft, JSON.stringify(entry), { mode: 0o600 });
  save();
  try {
    // A link appears whole or not at all, and never over another one.
    for (let linked = false; !linked;) {
      try {
        fs.linkSync(draft, place.stateFile);
        linked = true;
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
        const running = runningStart(place.stateFile);
        if (running) throw alreadyRuns(running);
        fs.rmSync(place.stateFile, { force: true });
      }
    }
  } finally {
    fs.rmSync(draft, { force: true });
  }
  return {
    update(changes) {
      Object.assign(entry, changes);
      save();
      fs.renameSync(draft, place.stateFile);
    },
    release: () => fs.rmSync(place.stateFile, { force: true }),
  };
}
