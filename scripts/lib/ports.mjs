// Says that a port is taken before anything is started, and by whom.
import fs from "node:fs";
import net from "node:net";

/** Why `port` at `host` cannot be listened on: null, or the system's code. */
function refusal(port, host) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** True when nothing listens on `port` at `host`. */
export const isFree = async (port, host = "127.0.0.1") => (await refusal(port, host)) === null;

function listeningInode(port) {
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const rows = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").slice(1) : [];
    for (const row of rows) {
      const fields = row.trim().split(/\s+/);
      if (fields[3] === "0A" && parseInt(fields[1].split(":")[1], 16) === port) return fields[9];
    }
  }
  return null;
}

/** Which process listens on a port, as "nginx (process 4711)"; null when it cannot be told, as for other users' processes. */
export function holderOf(port) {
  const inode = listeningInode(port);
  if (inode === null) return null;
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const owns = fs.readdirSync(`/proc/${pid}/fd`).some((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
      if (owns) return `${fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (process ${pid})`;
    } catch {
      // Ended meanwhile, or not ours to look into.
    }
  }
  return null;
}

async function sentence({ port, host, variable, what, hostVariable }, taken) {
  const code = await refusal(port, host);
  if (code === null) return null;
  if (code === "EACCES") return `${what} wants port ${port}; ports below 1024 need root. Choose another: ${variable}=${port + 8000}`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return `${hostVariable} is not an address of this machine: ${host} (example: ${hostVariable}=127.0.0.1)`;
  let other = port + 1;
  while (other < 65_535 && (taken.has(other) || !(await isFree(other, host)))) other += 1;
  taken.add(other);
  return `${what} wants port ${port}, which ${holderOf(port) ?? "something else"} uses. Choose another: ${variable}=${other}`;
}

/** What stands in the way of listening, one sentence per port; `wanted` lists `{ port, host, variable, what, hostVariable }`. */
export async function portProblems(wanted) {
  const taken = new Set(wanted.map(({ port }) => port));
  const problems = [];
  for (const one of wanted) problems.push(await sentence(one, taken));
  return problems.filter((problem) => problem !== null);
}

/**
 * The ports that a start of this installation listens on; those of its own gateway and database, which may run already, are left out by `ours`.
 * @param {any} place
 * @param {(port: number) => boolean} [ours]
 */
export function wantedPorts(place, ours = () => false) {
  const loopback = "127.0.0.1";
  return [
    { port: place.studioPort, host: place.studioHost, variable: "SLUICE_STUDIO_PORT", hostVariable: "SLUICE_STUDIO_HOST", what: "The studio" },
    { port: place.gatewayPort, host: place.gatewayBind, variable: "SLUICE_GATEWAY_PORT", hostVariable: "SLUICE_GATEWAY_BIND", what: "The gateway" },
    ...(place.gatewayHttpPort === null
      ? []
      : [{ port: place.gatewayHttpPort, host: loopback, variable: "SLUICE_GATEWAY_HTTP_PORT", what: "The gateway's plain HTTP" }]),
    ...(place.ownDatabase ? [] : [{ port: place.postgresPort, host: loopback, variable: "SLUICE_POSTGRES_PORT", what: "The database" }]),
    { port: place.controlPort, host: loopback, variable: "SLUICE_CONTROL_PORT", what: "The control plane" },
    { port: place.ingesterPort, host: loopback, variable: "SLUICE_INGESTER_PORT", what: "The ingester" },
  ].filter(({ port }) => !ours(port));
}
