import type { ProxyCommand } from "../diff/commands";
import type { ProxyBackend, ProxyServer, ProxyState, ServerMode, Table, TableName } from "../ir/proxy-state";
import { emptyProxyState, tableNames, templatePrefix } from "../ir/proxy-state";
import { sendCommands } from "./command-socket";

/** Bits of the proxy's administrative state. 0x04 is left out: it only remembers that the file said `disabled`. */
const maintenanceBits = 0x01 | 0x02 | 0x20;
const drainBits = 0x08 | 0x10;

function modeOf(adminState: number): ServerMode {
  if ((adminState & maintenanceBits) !== 0) return "maintenance";
  return (adminState & drainBits) !== 0 ? "drain" : "serve";
}

/** Lines are `<reference> <key> <value>`. Of a key that is in the table twice the first is in force, as in the proxy. */
export function parseTable(answer: string): Table {
  const table = new Map<string, string>();
  for (const line of answer.split("\n")) {
    const [reference, key, ...value] = line.split(" ");
    if (reference?.startsWith("0x") === true && key !== undefined && !table.has(key)) table.set(key, value.join(" "));
  }
  return table;
}

/** Names one a line after a header; the texts cannot be read back, and need not, as a name is of the content. */
const parseCertificates = (answer: string): ReadonlyMap<string, string> =>
  new Map(answer.split("\n").flatMap((line): [string, string][] => (line.startsWith("certs/") ? [[line.trim(), ""]] : [])));

/** The wanted cells of a listing's rows, by the names in its header line, which starts with `# `; a row of statistics has a hundred more. */
function rowsOf<Name extends string>(answer: string, separator: string, names: readonly Name[]): Record<Name, string>[] {
  const lines = answer.split("\n");
  const start = lines.findIndex((line) => line.startsWith("# "));
  const header = (lines[start] ?? "").slice(2).split(separator);
  const places = names.map((name) => [name, header.indexOf(name)] as const);
  return lines
    .slice(start + 1)
    .filter((line) => line.includes(separator))
    .map((line) => {
      const cells = line.split(separator);
      return Object.fromEntries(places.map(([name, at]) => [name, cells[at] ?? ""])) as Record<Name, string>;
    });
}

/** Combines `show stat` (backends, limits) with `show servers state` (addresses, administrative state). */
export function parseBackends(stat: string, serversState: string): ReadonlyMap<string, ProxyBackend> {
  const backends = new Map<string, { published: boolean; servers: Map<string, ProxyServer> }>();
  const limits = new Map<string, number>();
  for (const { pxname: backend, svname: server, status, slim } of rowsOf(stat, ",", ["pxname", "svname", "status", "slim"])) {
    // Parts of the template, such as the way to the mirror, are not of a revision.
    if (backend.startsWith(templatePrefix)) continue;
    if (server === "BACKEND") backends.set(backend, { published: !status.includes("UNPUB"), servers: new Map() });
    else limits.set(`${backend}/${server}`, Number(slim));
  }
  for (const row of rowsOf(serversState, " ", ["be_name", "srv_name", "srv_addr", "srv_port", "srv_admin_state"])) {
    const { be_name: backend, srv_name: server, srv_addr: address, srv_port: port, srv_admin_state: adminState } = row;
    backends.get(backend)?.servers.set(server, {
      address,
      port: Number(port),
      maxConn: limits.get(`${backend}/${server}`) ?? 0,
      mode: modeOf(Number(adminState)),
      http2: false,
      slowStartSeconds: 0,
    });
  }
  return backends;
}

/** What a proxy was seen to run, and the process that was asked. */
export interface SeenProxy {
  readonly pid: number;
  readonly state: ProxyState;
}

type Part = TableName | "backends" | "certificates";

const questionsOf: Readonly<Record<"backends" | "certificates", readonly string[]>> = {
  backends: ["show stat -1 6 -1", "show servers state"],
  certificates: ["show ssl jwt"],
};
const isTable = (part: Part): part is TableName => part !== "backends" && part !== "certificates";
const questions = (part: Part): readonly string[] => (isTable(part) ? [`show map tables/${part}.map`] : questionsOf[part]);
const allParts: readonly Part[] = [...tableNames, "backends", "certificates"];

/** Asks for some parts; the others are as in `rest`. */
async function ask(socket: string, parts: readonly Part[], rest: ProxyState): Promise<SeenProxy> {
  const asked = parts.map((part) => ({ part, commands: questions(part) }));
  const [info = "", ...answers] = await sendCommands(socket, ["show info", ...asked.flatMap(({ commands }) => commands)]);
  const tables: Record<TableName, Table> = { ...rest.tables };
  let { backends, certificates } = rest;
  for (const { part, commands } of asked) {
    const [first = "", second = ""] = answers.splice(0, commands.length);
    if (isTable(part)) tables[part] = parseTable(first);
    else if (part === "backends") backends = parseBackends(first, second);
    else certificates = parseCertificates(first);
  }
  return { pid: Number(/^Pid: (\d+)$/m.exec(info)?.[1] ?? 0), state: { tables, certificates, backends } };
}

/** Asks the proxy all that it really runs. Throws `ProxyUnreachable`. */
export const readBack = (socket: string): Promise<SeenProxy> => ask(socket, allParts, emptyProxyState);

function partOf(command: ProxyCommand): Part {
  if ("table" in command) return command.table;
  return command.kind === "add-certificate" || command.kind === "delete-certificate" ? "certificates" : "backends";
}

/**
 * What the proxy runs after commands, where `before` is what was seen before them: tables and lists that they touched are read anew as a whole. Null when
 * another process answers, of which nothing was seen. Throws `ProxyUnreachable`.
 */
export async function readChanged(socket: string, before: SeenProxy, commands: readonly ProxyCommand[]): Promise<SeenProxy | null> {
  const seen = await ask(socket, [...new Set(commands.map(partOf))], before.state);
  return seen.pid === before.pid ? seen : null;
}
