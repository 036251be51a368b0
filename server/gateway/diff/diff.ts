import type { ProxyBackend, ProxyServer, ProxyState, TableName } from "../ir/proxy-state";
import type { ProxyCommand, Retirement } from "./commands";

type Backends = ProxyState["backends"];
const noServers: ReadonlyMap<string, ProxyServer> = new Map();

/** A server that should exist: made if missing, corrected otherwise. `drain` is also met by maintenance, which takes even less. */
function serverCommands(backend: string, server: string, wanted: ProxyServer, running: ProxyServer | undefined): ProxyCommand[] {
  if (running === undefined) {
    const add: ProxyCommand = { kind: "add-server", backend, server, settings: wanted };
    return wanted.mode === "serve" ? [add, { kind: "enable-server", backend, server }] : [add];
  }
  const commands: ProxyCommand[] = [];
  if (running.address !== wanted.address || running.port !== wanted.port)
    commands.push({ kind: "set-server-address", backend, server, address: wanted.address, port: wanted.port });
  if (running.maxConn !== wanted.maxConn) commands.push({ kind: "set-server-maxconn", backend, server, maxConn: wanted.maxConn });
  if (wanted.mode === "serve" && running.mode !== "serve") commands.push({ kind: "enable-server", backend, server });
  return commands;
}

function growth(running: Backends, wanted: Backends): ProxyCommand[] {
  return [...wanted].flatMap(([name, backend]): ProxyCommand[] => {
    const existing = running.get(name);
    return [
      ...(existing === undefined ? [{ kind: "add-backend", backend: name } as const] : []),
      ...[...backend.servers].flatMap(([server, settings]) => serverCommands(name, server, settings, existing?.servers.get(server))),
      ...(existing?.published === true ? [] : [{ kind: "publish-backend", backend: name } as const]),
    ];
  });
}

/** Servers that should take no more: drained where they stay listed, put into maintenance where they go. */
function shrinkage(running: Backends, wanted: Backends): ProxyCommand[] {
  return [...running].flatMap(([name, backend]): ProxyCommand[] => {
    const target = wanted.get(name);
    const unpublish: ProxyCommand[] = target === undefined && backend.published ? [{ kind: "unpublish-backend", backend: name }] : [];
    const servers = [...backend.servers].flatMap(([server, { mode }]): ProxyCommand[] => {
      const wantedMode = target?.servers.get(server)?.mode;
      if (wantedMode === undefined && mode !== "maintenance") return [{ kind: "disable-server", backend: name, server }];
      return wantedMode === "drain" && mode === "serve" ? [{ kind: "drain-server", backend: name, server }] : [];
    });
    return [...unpublish, ...servers];
  });
}

function upserts(table: TableName, running: ProxyState, wanted: ProxyState): ProxyCommand[] {
  return [...wanted.tables[table]].flatMap(([key, value]): ProxyCommand[] => {
    const existing = running.tables[table].get(key);
    if (existing === value) return [];
    return [{ kind: existing === undefined ? "add-entry" : "set-entry", table, key, value }];
  });
}

function deletions(table: TableName, running: ProxyState, wanted: ProxyState): ProxyCommand[] {
  return [...running.tables[table].keys()].filter((key) => !wanted.tables[table].has(key)).map((key) => ({ kind: "delete-entry", table, key }));
}

/**
 * The ordered commands that turn what runs into what is wanted; empty when nothing is left to do but deletions that may take time.
 * Order matters while requests flow: what an entry points at exists before the entry, an endpoint becomes visible last, and what goes
 * is first made unreachable.
 */
export function diff(running: ProxyState, wanted: ProxyState): readonly ProxyCommand[] {
  const newCertificates = [...wanted.certificates].filter(([name]) => !running.certificates.has(name));
  const oldCertificates = [...running.certificates.keys()].filter((name) => !wanted.certificates.has(name));
  return [
    ...newCertificates.map(([name, pem]): ProxyCommand => ({ kind: "add-certificate", name, pem })),
    ...growth(running.backends, wanted.backends),
    ...(["routes", "deployments", "names", "slots", "plan", "mirrors", "sticky", "origins", "ways", "keys", "trusts", "endpoints", "hosts"] as const).flatMap(
      (table) => upserts(table, running, wanted),
    ),
    ...(["hosts", "endpoints", "ways", "plan", "mirrors", "sticky", "origins", "keys", "trusts", "slots", "names", "deployments", "routes"] as const).flatMap(
      (table) => deletions(table, running, wanted),
    ),
    ...shrinkage(running.backends, wanted.backends),
    ...oldCertificates.map((name): ProxyCommand => ({ kind: "delete-certificate", name })),
  ];
}

/** What runs but is not wanted any more and takes no requests: to be deleted when the last of its requests has ended. */
export function retirements(running: ProxyState, wanted: ProxyState): readonly Retirement[] {
  return [...running.backends].flatMap(([name, backend]): Retirement[] => {
    const target: ProxyBackend | undefined = wanted.backends.get(name);
    const kept = target?.servers ?? noServers;
    const servers = [...backend.servers]
      .filter(([server, { mode }]) => !kept.has(server) && mode === "maintenance")
      .map(([server]): Retirement => ({ kind: "delete-server", backend: name, server }));
    return target === undefined && !backend.published ? [...servers, { kind: "delete-backend", backend: name }] : servers;
  });
}
