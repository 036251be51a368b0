import type { EndpointDomainDto } from "#server/contract/endpoint-domain";
import { warnBeforeEndMs } from "../../server/domain/endpoint/domain-certificate";
import { plural } from "../ui/format";

const dayMs = 24 * 3_600_000;

export interface Standing {
  readonly tone: "ok" | "warn" | "bad" | "idle";
  readonly text: string;
}

/** How near a certificate is to its end, by the clock of the page. */
export function endOf(expiresAt: number, nowMs: number): Standing {
  const left = expiresAt - nowMs;
  if (left <= 0) return { tone: "bad", text: "Ended: callers refuse it" };
  const days = Math.floor(left / dayMs);
  return { tone: left <= warnBeforeEndMs ? "warn" : "ok", text: days === 0 ? "Ends within a day" : `Ends in ${plural(days, "day")}` };
}

/** Whether the gateways that are heard of serve the domain with its certificate. */
export function inForceOn(gateways: EndpointDomainDto["gateways"]): Standing {
  const waiting = gateways.filter(({ inForce }) => !inForce).map(({ name }) => name);
  if (gateways.length === 0) return { tone: "idle", text: "No gateway is heard of" };
  if (waiting.length > 0) return { tone: "warn", text: `On its way to ${waiting.join(", ")}` };
  return { tone: "ok", text: gateways.length === 1 ? "In force" : `In force on all ${plural(gateways.length, "gateway")}` };
}

/** Where callers of a domain send their requests: the port and scheme are the gateway's. */
export function addressOf(domain: string, scoringUri: string): string {
  const { protocol, port } = new URL(scoringUri);
  return `${protocol}//${domain}${port === "" ? "" : `:${port}`}/score`;
}

/** What a domain's DNS entry has to name: the host at which callers reach the gateways. */
export const gatewayHostOf = (scoringUri: string): string => new URL(scoringUri).hostname;

/** The DNS record that leads a domain to the gateways. */
export function dnsRecordOf(domain: string, gatewayHost: string): string {
  const isVersion6 = gatewayHost.startsWith("[");
  if (isVersion6 || /^[\d.]+$/.test(gatewayHost)) return `${domain}. ${isVersion6 ? "AAAA" : "A"} ${gatewayHost.replace(/[[\]]/g, "")}`;
  return `${domain}. CNAME ${gatewayHost}.`;
}

type Fields = readonly { readonly path: string; readonly message: string; readonly remedy?: string | undefined }[];

/** What the server said of one field, as sentences; null when it did not refuse it. */
export function refusalOf(fields: Fields, path: string): string | null {
  const refused = fields.find((field) => field.path === path);
  if (refused === undefined) return null;
  const sentence = `${refused.message.charAt(0).toUpperCase()}${refused.message.slice(1)}`;
  const ended = /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
  return refused.remedy === undefined ? ended : `${ended} ${refused.remedy}`;
}
