import { sendCommands } from "./command-socket";

/** Running requests by server name, waiting requests by backend name; only those above zero. */
export interface InFlight {
  readonly running: Readonly<Record<string, number>>;
  readonly queued: Readonly<Record<string, number>>;
}

interface ServerLoad {
  readonly backend: string;
  readonly server: string;
  readonly served: number;
}

/** Lines are `<backend>/<server> <ids> <address> <port> - <purge delay> <served> …`. */
export function parseServed(answer: string): readonly ServerLoad[] {
  return answer.split("\n").flatMap((line) => {
    const cells = line.split(" ");
    const [backend, server] = (cells[0] ?? "").split("/");
    if (line.startsWith("#") || backend === undefined || server === undefined) return [];
    return [{ backend, server, served: Number(cells[6]) }];
  });
}

/** The second column of the statistics' third is the backend's queue length. */
const queueOf = (stat: string): number =>
  Number(
    stat
      .split("\n")
      .find((line) => line.includes(",BACKEND,"))
      ?.split(",")[2] ?? 0,
  );

/**
 * Requests in flight as the proxy counts them. Waiting ones are asked for only where something runs or nothing can run: statistics of all
 * backends would cost the serving thread far more. Throws `ProxyUnreachable`.
 */
export async function readInFlight(socket: string, backends: Iterable<string>): Promise<InFlight> {
  const [served = ""] = await sendCommands(socket, ["show servers conn"]);
  const loads = parseServed(served);
  const withServers = new Set(loads.map(({ backend }) => backend));
  const busy = new Set(loads.filter((load) => load.served > 0).map(({ backend }) => backend));
  const candidates = [...backends].filter((backend) => busy.has(backend) || !withServers.has(backend));
  const stats = await sendCommands(
    socket,
    candidates.map((backend) => `show stat ${backend} 2 -1`),
  );
  const queued = candidates.map((backend, index): [string, number] => [backend, queueOf(stats[index] ?? "")]).filter(([, count]) => count > 0);
  const running = loads.filter((load) => load.served > 0).map(({ server, served: count }): [string, number] => [server, count]);
  return { running: Object.fromEntries(running), queued: Object.fromEntries(queued) };
}

/** Identity of the running worker and how many log lines it has thrown away since its start. Throws `ProxyUnreachable`. */
export async function readProxyInfo(socket: string): Promise<{ readonly pid: number; readonly version: string; readonly droppedLogs: number }> {
  const [info = ""] = await sendCommands(socket, ["show info"]);
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(info)?.[1] ?? "";
  return { pid: Number(field("Pid")), version: field("Version"), droppedLogs: Number(field("DroppedLogs")) };
}
