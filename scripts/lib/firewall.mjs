// Keeps containers of ours (instances, builds) away from this host's own ports and from metadata addresses.
// Our rules live in our own two chains, so they can be renewed and removed without touching anybody else's.
import { run } from "./apt.mjs";

const METADATA = "169.254.0.0/16";

/**
 * @typedef {object} FirewallOptions
 * @property {string} id installation id; names the chains (at most 20 characters)
 * @property {string} supernet our bridges' addresses, for example "10.213.0.0/16"
 * @property {number[]} [allowPorts] TCP ports of this host that containers may reach (the gateway's)
 * @property {(line: string) => void} [log]
 */

/** @param {string} id */
export function chainNames(id) {
  if (!/^[A-Za-z0-9-]{1,20}$/.test(id)) throw new Error(`"${id}" cannot name a chain: 1 to 20 letters, digits and dashes.`);
  return { input: `SLUICE-${id}`, forward: `SLUICE-${id}-F` };
}

/**
 * The rules as iptables-restore text: naming a chain there empties it, so the whole set changes at once.
 * Answers to the host's own connections (probes, gateway) pass; everything else that starts in a container is dropped.
 * @param {{ id: string, allowPorts: number[] }} options
 */
export function renderRules({ id, allowPorts }) {
  const { input, forward } = chainNames(id);
  return [
    "*filter",
    `:${input} - [0:0]`,
    `:${forward} - [0:0]`,
    `-A ${input} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN`,
    ...allowPorts.map((port) => `-A ${input} -p tcp --dport ${port} -j RETURN`),
    `-A ${input} -j DROP`,
    `-A ${forward} -d ${METADATA} -j DROP`,
    "COMMIT",
    "",
  ].join("\n");
}

/**
 * Puts the rules in force; repeating it renews them. Needs root on Linux; otherwise it says what stays open and changes nothing.
 * Docker's own isolation chains keep one bridge from another; nothing is added for that here.
 * @param {FirewallOptions} options
 * @returns {Promise<{ applied: boolean, reason: string }>}
 */
export async function applyFirewall({ id, supernet, allowPorts = [], log = () => {} }) {
  const { input, forward } = chainNames(id);
  const impossible = await whyNot();
  if (impossible) {
    const reason = `${impossible}: containers can reach ports of this host that listen on all addresses, and metadata addresses (${METADATA}).`;
    log(reason);
    return { applied: false, reason };
  }
  await must("iptables-restore", ["-w", "10", "--noflush"], renderRules({ id, allowPorts }));
  // Builds run in the supernet as well.
  const sources = [supernet];
  await hook("INPUT", input, sources);
  // Docker puts its own chains on top of FORWARD at each start, but leaves DOCKER-USER, which comes first, to us.
  const parent = (await exists("DOCKER-USER")) ? "DOCKER-USER" : "FORWARD";
  await hook(parent, forward, sources);
  // The range was chosen such that nobody else has networks there (supernet.mjs), so what else of ours filters it was left by one that is gone.
  await unhookOthers("INPUT", input, supernet);
  await unhookOthers(parent, forward, supernet);
  return { applied: true, reason: "" };
}

/** Takes out jumps from `supernet` to the chain of another installation. @param {string} parent @param {string} chain @param {string} supernet */
async function unhookOthers(parent, chain, supernet) {
  const { output } = await run("iptables", ["-w", "10", "-S", parent]);
  const stale = output.split("\n").filter((line) => line.startsWith(`-A ${parent} -s ${supernet} -j SLUICE-`) && !line.endsWith(`-j ${chain}`));
  for (const line of stale) await must("iptables", ["-w", "10", "-D", ...line.split(" ").slice(1)]);
}

/**
 * Takes the rules out; chains that are not there are no error.
 * @param {{ id: string }} options
 * @returns {Promise<boolean>} whether any were there
 */
export async function removeFirewall({ id }) {
  if (await whyNot()) return false;
  const { input, forward } = chainNames(id);
  let found = false;
  for (const [parents, chain] of /** @type {[string[], string][]} */ ([
    [["INPUT"], input],
    [["DOCKER-USER", "FORWARD"], forward],
  ])) {
    for (const parent of parents) await hook(parent, chain, []);
    if (!(await exists(chain))) continue;
    found = true;
    await must("iptables", ["-w", "10", "-F", chain]);
    await must("iptables", ["-w", "10", "-X", chain]);
  }
  return found;
}

async function whyNot() {
  if (process.platform !== "linux") return "No packet filter of ours on this system";
  if (process.getuid?.() !== 0) return "Not root, so no packet filter rules were set";
  const { code } = await run("iptables", ["-w", "10", "-L", "INPUT", "-n"]);
  return code === 0 ? undefined : "iptables does not work here";
}

/** @param {string} chain */
async function exists(chain) {
  return (await run("iptables", ["-w", "10", "-S", chain])).code === 0;
}

/** Makes exactly `sources` jump from `parent` to `chain`, ahead of other rules. @param {string} parent @param {string} chain @param {string[]} sources */
async function hook(parent, chain, sources) {
  const { code, output } = await run("iptables", ["-w", "10", "-S", parent]);
  if (code !== 0) return;
  const present = output.split("\n").filter((line) => line.endsWith(`-j ${chain}`));
  const wanted = sources.map((source) => `-A ${parent} -s ${source} -j ${chain}`);
  for (const line of wanted.filter((rule) => !present.includes(rule))) {
    await must("iptables", ["-w", "10", "-I", parent, "1", ...line.split(" ").slice(2)]);
  }
  for (const line of present.filter((rule) => !wanted.includes(rule))) {
    await must("iptables", ["-w", "10", "-D", ...line.split(" ").slice(1)]);
  }
}

/** @param {string} command @param {string[]} args @param {string} [input] */
async function must(command, args, input) {
  const { code, output } = await run(command, args, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${output.trim()}`);
}
