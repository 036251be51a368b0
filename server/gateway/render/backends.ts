import type { ProxyServer, ProxyState } from "../ir/proxy-state";

/** `host:port`, with brackets around an IPv6 address. */
export const dialAddress = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  `${address.includes(":") ? `[${address}]` : address}:${String(port)}`;

const check = "check inter 500ms fall 2 rise 1 observe layer4";
const http2Check = "proto h2 check inter 500ms fastinter 20ms fall 2 rise 1 observe layer7 error-limit 1 on-error fastinter";

/**
 * Settings of one server, the same on disk and at run time: defaults of a backend are not inherited by a server that is added later.
 * The check is TCP only, as membership is decided by our own probes; it turns to others while an instance is being replaced. A connection of HTTP/2 that
 * is refused looks to the proxy like one that broke, and is not tried elsewhere: so there the first failure asks for checks at once.
 */
export const serverOptions = ({ maxConn, http2, slowStartSeconds }: ProxyServer): string =>
  `maxconn ${String(maxConn)}${slowStartSeconds === 0 ? "" : ` slowstart ${String(slowStartSeconds)}s`} ${http2 ? http2Check : check}`;

/** The backends section of the file. A draining instance has nothing in flight after a start, so it comes up disabled. */
export function renderBackends(state: ProxyState): string {
  const lines = [...state.backends].flatMap(([name, backend]) => [
    `backend ${name} from dep`,
    ...[...backend.servers].map(([server, settings]) => {
      const disabled = settings.mode === "serve" ? "" : " disabled";
      return `  server ${server} ${dialAddress(settings)} ${serverOptions(settings)}${disabled}`;
    }),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}
