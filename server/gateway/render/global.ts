import type { GatewayLayout } from "../layout";
import type { GatewaySettings } from "../settings";

/** Longest body in bytes that is accepted without a content-length: it must fit the large buffer with room for headers. */
export const longestUnsizedBody = 98_304;

/** Beside those of callers: the ways of mirrored calls and of copies come in by sockets, and callers must not use those up. */
const mirrorConnections = 600;

/** For TLS 1.2, Mozilla's intermediate list: fresh keys for every connection and no block modes; TLS 1.3 has none that are weak. */
const ciphers = [
  ...["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].flatMap((cipher) => [`ECDHE-ECDSA-${cipher}`, `ECDHE-RSA-${cipher}`]),
  ...["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].map((cipher) => `DHE-RSA-${cipher}`),
].join(":");

/**
 * Mozilla's intermediate list, and before it the key exchange that also holds against a quantum computer, where the library knows it. Other curves are
 * strong too, but cost a handshake many times as much, at the caller's choice.
 */
const curves = "?X25519MLKEM768:X25519:prime256v1:secp384r1";

/** Limits of the process, its command socket and the ring that carries the access log to the agent. */
export function renderGlobal(settings: GatewaySettings, layout: GatewayLayout): string {
  return `global
  default-path config
  stats socket ${layout.adminSocket} mode 600 level admin expose-fd listeners
  stats timeout 1h
  nbthread ${String(settings.threads)}
  maxconn ${String(settings.maxConnections + mirrorConnections)}
  # Longer than the longest request timeout in use, so that a reload cuts nobody off.
  hard-stop-after 10m
  ssl-default-bind-options ssl-min-ver TLSv1.2
  ssl-default-bind-ciphers ${ciphers}
  ssl-default-bind-curves ${curves}
  tune.ssl.default-dh-param 2048
  # Limits are judged and counted by several rules: with a break in between, calls that come at once would all pass.
  tune.max-rules-at-once 1000
  tune.bufsize 16384
  tune.bufsize.large 131072

# The ring keeps lines while the agent is away, and drops (and counts) them when it is full, but never makes a request wait.
ring access
  format raw
  maxlen 4096
  size 33554432
  timeout connect 1s
  timeout server 5s
  server agent unix@${layout.accessLogSocket} log-proto legacy
`;
}
