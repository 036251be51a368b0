import type { ProxyBackend, ProxyServer, ProxyState, ServerMode, Table } from "../ir/proxy-state";
import { eachTable, tableNames, templatePrefix } from "../ir/proxy-state";
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

/** Rows of a listing as objects by the names in its header line, which starts with `# `. */
function rowsOf(answer: string, separator: string): Map<string, string>[] {
  const lines = answer.split("\n");
  const start = lines.findIndex((line) => line.startsWith("# "));
  const header = (lines[start] ?? "").slice(2).split(separator);
  return lines
    .slice(start + 1)
    .filter((line) => line.includes(separator))
    .map((line) => {
      const cells = line.split(separator);
      return new Map(header.map((name, index) => [name, cells[index] ?? ""]));
    });
}

const cell = (row: ReadonlyMap<string, string>, name: string): string => row.get(name) ?? "";

/** Combines `show stat` (backends, limits) with `show servers state` (addresses, administrative state). */
export function parseBackends(stat: string, serversState: string): ReadonlyMap<string, ProxyBackend> {
  const backends = new Map<string, { published: boolean; servers: Map<string, ProxyServer> }>();
  const limits = new Map<string, number>();
  for (const row of rowsOf(stat, ",")) {
    const [backend, server] = [cell(row, "pxname"), cell(row, "svname")];
    // Parts of the template, such as the way to the mirror, are not of a revision.
    if (backend.startsWith(templatePrefix)) continue;
    if (server === "BACKEND") backends.set(backend, { published: !cell(row, "status").includes("UNPUB"), servers: new Map() });
    else limits.set(`${backend}/${server}`, Number(cell(row, "slim")));
  }
  for (const row of rowsOf(serversState, " ")) {
    const [backend, server] = [cell(row, "be_name"), cell(row, "srv_name")];
    backends.get(backend)?.servers.set(server, {
      address: cell(row, "srv_addr"),
      port: Number(cell(row, "srv_port")),
      maxConn: limits.get(`${backend}/${server}`) ?? 0,
      mode: modeOf(Number(cell(row, "srv_admin_state"))),
      http2: false,
    });
  }
  return backends;
}

/** Asks the proxy what it really runs. Throws `ProxyUnreachable`. */
export async function readBack(socket: string): Promise<ProxyState> {
  const commands = [...tableNames.map((name) => `show map tables/${name}.map`), "show stat -1 6 -1", "show servers state", "show ssl jwt"];
  const answers = await sendCommands(socket, commands);
  const [stat, serversState, certificates] = answers.slice(tableNames.length);
  return {
    tables: eachTable((name) => parseTable(answers[tableNames.indexOf(name)] ?? "")),
    certificates: parseCertificates(certificates ?? ""),
    backends: parseBackends(stat ?? "", serversState ?? ""),
  };
}
