import type { ProxyServer, TableName } from "../ir/proxy-state";

/** One change of a running proxy. Each is idempotent enough to be sent again after a broken connection, together with a new read-back. */
export type ProxyCommand =
  | { readonly kind: "add-certificate"; readonly name: string; readonly pem: string }
  | { readonly kind: "delete-certificate"; readonly name: string }
  | { readonly kind: "add-backend"; readonly backend: string }
  | { readonly kind: "publish-backend"; readonly backend: string }
  | { readonly kind: "unpublish-backend"; readonly backend: string }
  | { readonly kind: "add-server"; readonly backend: string; readonly server: string; readonly settings: ProxyServer }
  | { readonly kind: "enable-server"; readonly backend: string; readonly server: string }
  | { readonly kind: "drain-server"; readonly backend: string; readonly server: string }
  | { readonly kind: "disable-server"; readonly backend: string; readonly server: string }
  | { readonly kind: "set-server-address"; readonly backend: string; readonly server: string; readonly address: string; readonly port: number }
  | { readonly kind: "set-server-maxconn"; readonly backend: string; readonly server: string; readonly maxConn: number }
  | { readonly kind: "add-entry"; readonly table: TableName; readonly key: string; readonly value: string }
  | { readonly kind: "set-entry"; readonly table: TableName; readonly key: string; readonly value: string }
  | { readonly kind: "delete-entry"; readonly table: TableName; readonly key: string };

/** What may be deleted once nothing is in flight on it; trying too early is refused by the proxy and harmless. */
export type Retirement =
  { readonly kind: "delete-server"; readonly backend: string; readonly server: string } | { readonly kind: "delete-backend"; readonly backend: string };
