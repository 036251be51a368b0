import { assertNever } from "#server/kernel/assert";
import type { ProxyCommand, Retirement } from "#server/gateway/diff/commands";
import { eachTable, type ProxyServer, type ProxyState } from "#server/gateway/ir/proxy-state";

interface MutableBackend {
  published: boolean;
  servers: Map<string, ProxyServer>;
}

/** The proxy's runtime rules as far as commands go, with the refusals that were seen on the real one. */
export class ModelProxy {
  private readonly tables: Record<keyof ProxyState["tables"], Map<string, string>>;
  private readonly certificates: Map<string, string>;
  private readonly backends: Map<string, MutableBackend>;

  constructor(state: ProxyState) {
    this.tables = eachTable((name) => new Map(state.tables[name]));
    this.certificates = new Map(state.certificates);
    this.backends = new Map([...state.backends].map(([name, { published, servers }]) => [name, { published, servers: new Map(servers) }]));
  }

  state(): ProxyState {
    return { tables: this.tables, certificates: this.certificates, backends: this.backends };
  }

  private backend(name: string): MutableBackend {
    const backend = this.backends.get(name);
    if (backend === undefined) throw new Error(`no such backend: ${name}`);
    return backend;
  }

  private change(backend: string, server: string, change: Partial<ProxyServer>): void {
    const { servers } = this.backend(backend);
    const settings = servers.get(server);
    if (settings === undefined) throw new Error(`no such server: ${backend}/${server}`);
    servers.set(server, { ...settings, ...change });
  }

  /** Throws where the real proxy would refuse. */
  apply(command: ProxyCommand): void {
    switch (command.kind) {
      case "add-certificate":
        this.certificates.set(command.name, "");
        return;
      case "delete-certificate":
        if (!this.certificates.delete(command.name)) throw new Error(`no such certificate: ${command.name}`);
        return;
      case "add-backend":
        if (this.backends.has(command.backend)) throw new Error(`the backend exists: ${command.backend}`);
        this.backends.set(command.backend, { published: false, servers: new Map() });
        return;
      case "publish-backend":
        this.backend(command.backend).published = true;
        return;
      case "unpublish-backend":
        this.backend(command.backend).published = false;
        return;
      case "add-server":
        if (this.backend(command.backend).servers.has(command.server)) throw new Error(`the server exists: ${command.server}`);
        this.backend(command.backend).servers.set(command.server, { ...command.settings, mode: "maintenance" });
        return;
      case "enable-server":
        this.change(command.backend, command.server, { mode: "serve" });
        return;
      case "drain-server":
        this.change(command.backend, command.server, { mode: "drain" });
        return;
      case "disable-server":
        this.change(command.backend, command.server, { mode: "maintenance" });
        return;
      case "set-server-address":
        this.change(command.backend, command.server, { address: command.address, port: command.port });
        return;
      case "set-server-maxconn":
        this.change(command.backend, command.server, { maxConn: command.maxConn });
        return;
      case "add-entry":
        if (this.tables[command.table].has(command.key)) throw new Error(`a second entry for ${command.key}`);
        this.tables[command.table].set(command.key, command.value);
        return;
      case "set-entry":
        if (!this.tables[command.table].has(command.key)) throw new Error("entry not found");
        this.tables[command.table].set(command.key, command.value);
        return;
      case "delete-entry":
        if (!this.tables[command.table].delete(command.key)) throw new Error("Key not found.");
        return;
      default:
        assertNever(command, "command");
    }
  }

  retire(item: Retirement): void {
    const backend = this.backend(item.backend);
    if (item.kind === "delete-server") {
      if (backend.servers.get(item.server)?.mode !== "maintenance") throw new Error("Only servers in maintenance mode can be deleted.");
      backend.servers.delete(item.server);
      return;
    }
    if (backend.servers.size > 0 || backend.published) throw new Error("Only a backend without server can be deleted.");
    this.backends.delete(item.backend);
  }
}
