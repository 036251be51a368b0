import { join } from "node:path";

/** Where things lie in a gateway's folder; the one place that knows. */
export interface GatewayLayout {
  readonly directory: string;
  readonly current: string;
  readonly settings: string;
  readonly certificate: string;
  /** Certificates of endpoints' own domains, one file each, and the list of them that the configuration names. */
  readonly domains: string;
  readonly domainList: string;
  readonly adminSocket: string;
  readonly masterSocket: string;
  readonly accessLogSocket: string;
  /** Where the proxy sends calls that are to be copied, and where the mirror sends them on and their copies. */
  readonly mirrorSocket: string;
  readonly primarySocket: string;
  readonly shadowSocket: string;
  readonly spool: string;
  revision(name: string): string;
}

export function gatewayLayout(directory: string): GatewayLayout {
  return {
    directory,
    current: join(directory, "current"),
    settings: join(directory, "settings.json"),
    certificate: join(directory, "tls", "gateway.pem"),
    domains: join(directory, "tls", "domains"),
    domainList: join(directory, "tls", "domains.list"),
    adminSocket: join(directory, "admin.sock"),
    masterSocket: join(directory, "master.sock"),
    accessLogSocket: join(directory, "access-log.sock"),
    mirrorSocket: join(directory, "mirror.sock"),
    primarySocket: join(directory, "primary.sock"),
    shadowSocket: join(directory, "shadow.sock"),
    spool: join(directory, "spool"),
    revision: (name) => join(directory, name),
  };
}
