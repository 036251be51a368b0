// Bridges that an engine left behind. An engine that is ended and set up anew forgets its networks and leaves their bridges, with their addresses; a new
// network with the same range then gets no answers, since the machine sends them to the older bridge.
import fs from "node:fs";
import { run } from "./apt.mjs";
import { contains } from "./supernet.mjs";

/** @typedef {{ ifname: string, addr_info?: { family: string, local: string }[] }} Interface as `ip -json address` lists them */

/** Whether containers hang on it. @param {string} name */
const hasPorts = (name) => {
  try {
    return fs.readdirSync(`/sys/class/net/${name}/brif`).length > 0;
  } catch {
    // No bridge, or gone meanwhile.
    return true;
  }
};

/**
 * Removes bridges with an address in this installation's own range that no network of the engine has and no container hangs on. Needs root on Linux and
 * the `ip` program; changes nothing otherwise. Answers the names of those removed.
 * @param {string} supernet @param {{ Id: string }[]} networks of the engine
 * @returns {Promise<string[]>}
 */
export async function removeStaleBridges(supernet, networks) {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return [];
  const { code, output } = await run("ip", ["-json", "-4", "address"]);
  if (code !== 0) return [];
  const own = new Set(networks.map(({ Id }) => `br-${Id.slice(0, 12)}`));
  /** @type {Interface[]} */
  const interfaces = JSON.parse(output);
  const stale = interfaces.filter(
    ({ ifname, addr_info = [] }) =>
      /^br-[0-9a-f]{12}$/.test(ifname) && !own.has(ifname) && addr_info.some(({ local }) => contains(supernet, local)) && !hasPorts(ifname),
  );
  for (const { ifname } of stale) await run("ip", ["link", "delete", ifname]);
  return stale.map(({ ifname }) => ifname);
}
