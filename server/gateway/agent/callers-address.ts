import { dialAddress } from "../render/backends";
import type { GatewaySettings } from "../settings";

const everywhere = new Set(["0.0.0.0", "::"]);

/** Where callers reach a gateway, as `address:port`: by the name that was set, else where it listens; one that listens everywhere goes by its machine's name. */
export function callersAddress({ host, bind }: Pick<GatewaySettings, "host" | "bind">, machineName: string): string {
  return dialAddress({ address: host ?? (everywhere.has(bind.address) ? machineName : bind.address), port: bind.port });
}
