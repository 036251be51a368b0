/** Tables that the proxy looks requests up in; the file name is `<name>.map`. */
export const tableNames = [
  "endpoints",
  "keys",
  "trusts",
  "deployments",
  "slots",
  "plan",
  "routes",
  "mirrors",
  "ways",
  "sticky",
  "origins",
  "names",
  "hosts",
] as const;
export type TableName = (typeof tableNames)[number];
export type Table = ReadonlyMap<string, string>;
export type Tables = Readonly<Record<TableName, Table>>;

/** All tables, each as `make` gives it. */
export const eachTable = <T>(make: (name: TableName) => T): Record<TableName, T> =>
  Object.fromEntries(tableNames.map((name) => [name, make(name)])) as Record<TableName, T>;

/** What names of the configuration's own sections begin with; an id of a deployment has no colon. */
export const templatePrefix = "sluice:";

/** `serve` takes requests, `drain` finishes what it has, `maintenance` takes nothing and is on its way out. */
export type ServerMode = "serve" | "drain" | "maintenance";

export interface ProxyServer {
  readonly address: string;
  readonly port: number;
  readonly maxConn: number;
  readonly mode: ServerMode;
  /** Dialled by HTTP/2. Only looked at when the server is made, as the proxy does not tell it back; false where it was read back. */
  readonly http2: boolean;
  /** Over how long its limit grows once it comes or recovers; 0 for at once. Only looked at when the server is made, and 0 where it was read back. */
  readonly slowStartSeconds: number;
}

export interface ProxyBackend {
  /** Requests may be sent to it. */
  readonly published: boolean;
  /** Server name, which is the instance's id. */
  readonly servers: ReadonlyMap<string, ProxyServer>;
}

/** What a proxy runs, or should run, apart from the template of its configuration. */
export interface ProxyState {
  readonly tables: Tables;
  /** Certificates with keys for tokens, by name, which is of the content; the text is empty where it was read back. */
  readonly certificates: ReadonlyMap<string, string>;
  /** Backend name, which is the deployment's id. */
  readonly backends: ReadonlyMap<string, ProxyBackend>;
}

export const emptyProxyState: ProxyState = {
  tables: eachTable(() => new Map()),
  certificates: new Map(),
  backends: new Map(),
};
