import { z } from "zod";

/**
 * What a gateway's agent and the control plane say to each other: JSON over HTTP on a unix socket, with the gateway's token as bearer.
 * The agent always calls. Nothing of it lies on the path of a scoring request.
 */
export const gatewayApiPaths = {
  /** GET. 200 with a routing revision and what a gateway `requires` to run it, or 204 when there is none newer after the wait. */
  routing: "/v1/routing",
  /** GET. 200 with `DomainCertificate`, or 404 when the domain has another one by now, or none. */
  certificate: "/v1/certificate",
  /** POST `RoutingAcknowledgement`, 204. */
  acknowledgements: "/v1/acknowledgements",
  /** POST `InFlightReport`, 204. */
  inFlight: "/v1/in-flight",
  /** POST `GatewayHello`, 204. Sent first, and again after every broken connection. */
  hello: "/v1/hello",
} as const;

/** Longest wait of one poll in milliseconds; both sides keep to it. */
export const longestPollMs = 25_000;

const gatewayId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const count = z.int().min(0);
/** As wide as its column. */
const revisionNumber = z.int32().min(0);
/** Unix milliseconds, up to the end of year 9999: later ones fit no column. */
const instant = z.int().min(0).max(253_402_300_799_999);

/**
 * `after` is the revision that the gateway has dealt with. The newest revision is the answer when its number differs from it, greater or
 * smaller: after a restored database the numbers may start again.
 */
export const routingQuerySchema = z.object({
  after: z.coerce.number().int().min(-1),
  waitMs: z.coerce.number().int().min(0).max(longestPollMs).default(0),
});

/** A domain's certificate as the routing revision names it. */
export const certificateQuerySchema = z.object({ name: z.string().min(1).max(253), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
/** Chain, then private key, in PEM. It goes over the unix socket to gateways alone, which need it to serve. */
export const domainCertificateSchema = z.object({ pem: z.string().max(16_384) });

export const routingAcknowledgementSchema = z.object({
  gatewayId,
  revision: revisionNumber,
  outcome: z.enum(["applied", "refused"]),
  appliedAt: instant,
  digest: z.string().regex(/^([0-9a-f]{64})?$/),
  reason: z.string().max(4000),
});

export const inFlightReportSchema = z.object({
  gatewayId,
  observedAt: instant,
  instances: z.record(z.string(), count),
  queuedByDeployment: z.record(z.string(), count),
  /** By endpoint name, of endpoints with limits that are being called; agents of older releases tell none. */
  limits: z.record(z.string(), z.object({ requests: count, connections: count, newConnections: count, bytesIn: count, bytesOut: count })).default({}),
  /** Access log lines that were thrown away since the agent's start, as nothing took them in time. */
  shedLogLines: count.default(0),
});

export const gatewayHelloSchema = z.object({
  gatewayId,
  name: z.string().min(1).max(64),
  /** Empty while the proxy is not running yet. */
  proxyVersion: z.string().max(64),
  /** Where callers reach the gateway, as `address:port`; a host name alone may have 253 characters. */
  address: z.string().max(261),
});
export type GatewayHello = z.infer<typeof gatewayHelloSchema>;
