// What of this installation runs without a start: a gateway and instances that go on serving, a database that a kill left behind.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { ensureEngine } from "./engine.mjs";
import { startTicks } from "./processes.mjs";

const silent = { install: false, log: () => {} };

/** The engine that answers here, or null; looks only. */
export const findEngine = (home, env = process.env) => ensureEngine({ home, env, ...silent }).catch(() => null);

function ask(socketPath, at) {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path: at, timeout: 5000 }, (response) => {
      let body = "";
      response.on("data", (piece) => (body += piece));
      response.on("end", () => (response.statusCode === 200 ? resolve(JSON.parse(body)) : reject(new Error(`the engine answered ${response.statusCode}`))));
    });
    request.on("timeout", () => request.destroy(new Error("the engine is silent")));
    request.on("error", reject);
  });
}

/** Running containers of this installation: `{ name, kind }`. Needs no package, so that it works before any is installed. */
export async function servingContainers(place, engine) {
  if (!engine) return [];
  const filters = encodeURIComponent(JSON.stringify({ label: [`io.sluice.installation=${place.id}`] }));
  const found = await ask(engine.socketPath, `/containers/json?filters=${filters}`).catch(() => []);
  return found.map(({ Names, Labels }) => ({ name: Names[0].replace(/^\//, ""), kind: Labels["io.sluice.kind"] }));
}

/** Ports of the gateway as it was last set up: of TLS first, then of plain HTTP. */
export function gatewayPorts(home) {
  const folder = path.join(home, "gateway");
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name, "settings.json")) : [];
  return files.filter(fs.existsSync).flatMap((file) => {
    const { bind, plainHttp } = JSON.parse(fs.readFileSync(file, "utf8"));
    return [bind.port, ...(plainHttp ? [plainHttp.port] : [])];
  });
}

/** Process id and port of the packaged database when it runs, else null. */
export function runningDatabase(home) {
  try {
    const lines = fs.readFileSync(path.join(home, "postgres/data/postmaster.pid"), "utf8").split("\n");
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    const ours = startTicks(pid) !== undefined && fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(path.join(home, "postgres/data"));
    return ours ? { pid, port } : null;
  } catch {
    return null;
  }
}

/** Ports that this installation's own gateway and database hold already: a start adopts both. */
export async function ownPorts(place, engine) {
  const database = runningDatabase(place.home);
  const serving = await servingContainers(place, engine);
  return new Set([...(serving.some(({ kind }) => kind === "gateway") ? gatewayPorts(place.home) : []), ...(database ? [database.port] : [])]);
}
