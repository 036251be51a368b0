// Which addresses the networks of deployments get. The range follows from the clone's folder, so it may be somebody else's already: then the next free one.
import fs from "node:fs";
import path from "node:path";

/** @typedef {{ Labels?: Record<string, string> | null, IPAM?: { Config?: { Subnet?: string }[] | null } }} Network as the engine lists them */

const installationLabel = "io.sluice.installation";

/** First and last address of an IPv4 range as numbers. @param {string} cidr @returns {[number, number]} */
function bounds(cidr) {
  const [address = "", bits = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) / size) * size;
  return [first, first + size - 1];
}

/** @param {string} range @param {string} address IPv4 */
export function contains(range, address) {
  const [first, last] = bounds(range);
  const [at] = bounds(address);
  return at >= first && at <= last;
}

/**
 * The first network of others that lies in `supernet`, or undefined. Two installations cannot share a range: each would filter the other's containers
 * away from its gateway; and the engine makes no two networks that overlap.
 * @param {string} id @param {string} supernet @param {Network[]} networks
 */
function networkOfOthers(id, supernet, networks) {
  const [first, last] = bounds(supernet);
  const overlaps = (/** @type {string | undefined} */ subnet) => {
    if (subnet === undefined || subnet.includes(":")) return false;
    const [from, to] = bounds(subnet);
    return from <= last && to >= first;
  };
  return networks.find((network) => network.Labels?.[installationLabel] !== id && network.IPAM?.Config?.some(({ Subnet }) => overlaps(Subnet)));
}

/** The ranges that a folder's own number can name (`derived` in home.mjs), beginning with `first`. @param {string} first */
function candidates(first) {
  const number = Number(first.split(".")[1]);
  return Array.from({ length: 100 }, (_, step) => `10.${130 + ((number - 130 + step) % 100)}.0.0/16`);
}

/**
 * The range of this installation: as set, else as an earlier start chose it, else the first free one from the folder's own on; kept in the data folder,
 * since addresses of instances come from it. Throws a sentence with the remedy when it is somebody else's.
 * @param {{ id: string, home: string, supernet: string, supernetIsSet: boolean }} place
 * @param {Network[]} networks
 * @returns {string}
 */
export function chooseSupernet({ id, home, supernet, supernetIsSet }, networks) {
  const file = path.join(home, "supernet");
  const kept = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : undefined;
  const fixed = supernetIsSet ? supernet : kept;
  const chosen = fixed ?? candidates(supernet).find((range) => networkOfOthers(id, range, networks) === undefined);
  const other = chosen === undefined ? undefined : networkOfOthers(id, chosen, networks);
  if (chosen === undefined || other !== undefined) {
    const owner = other?.Labels?.[installationLabel];
    throw new Error(
      `SLUICE_SUPERNET=${chosen ?? supernet} is in use by ${owner === undefined ? "another network of the engine" : `another installation (${owner})`}: choose another range, for example SLUICE_SUPERNET=10.99.0.0/16`,
    );
  }
  if (!supernetIsSet) fs.writeFileSync(file, `${chosen}\n`);
  return chosen;
}
