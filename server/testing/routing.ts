import { createHash } from "node:crypto";
import { noLimits, type EndpointLimits } from "#server/domain/endpoint/limits";
import type {
  RoutingDeployment,
  RoutingEndpoint,
  RoutingGrant,
  RoutingInstance,
  RoutingKey,
  RoutingLimits,
  RoutingRevision,
} from "#server/domain/routing/types";

/** A time that no test sees, in Unix milliseconds: 2100. */
export const farOff = 4_102_444_800_000;

export const routingKey = (key: string, name = "primary"): RoutingKey => ({ sha256: createHash("sha256").update(key).digest("hex"), name, grant: null });

/** A secret of a named client key that may do everything but pin, unless told otherwise. */
export const clientRoutingKey = (key: string, name: string, grant: Partial<RoutingGrant> = {}): RoutingKey => ({
  ...routingKey(key, name),
  grant: { id: `cky_${name}`, notAfter: null, blockedUntil: null, rate: null, dailyQuota: null, mayPin: false, ...grant },
});

export function routingInstance(port: number, overrides: Partial<RoutingInstance> = {}): RoutingInstance {
  return { id: `ins_${String(port)}`, address: "127.0.0.1", port, mode: "serve", http2: false, ...overrides };
}

export function routingDeployment(name: string, ports: readonly number[], overrides: Partial<RoutingDeployment> = {}): RoutingDeployment {
  return {
    id: `dep_${name}`,
    name,
    requestTimeoutMs: 5000,
    queueTimeoutMs: 5000,
    maxConcurrentRequestsPerInstance: 8,
    maxBodyBytes: 1_000_000,
    scoringPath: "/score",
    scoringRoutes: [],
    pathPrefix: null,
    http2: false,
    keepAlive: false,
    slowStartSeconds: 0,
    instances: ports.map((port) => routingInstance(port, { http2: overrides.http2 ?? false })),
    ...overrides,
  };
}

/** An endpoint named `demo` with the key `key-1`. */
export function routingEndpoint(
  deployments: readonly RoutingDeployment[],
  weights: Readonly<Record<string, number>>,
  overrides: Partial<RoutingEndpoint> = {},
): RoutingEndpoint {
  return {
    id: "ep_demo",
    name: "demo",
    authMode: "key",
    keys: [routingKey("key-1")],
    keysUntil: null,
    trusts: [],
    deployments,
    weights,
    mirror: null,
    limits: null,
    sticky: null,
    cors: null,
    pinBy: [],
    modelErrors: "mapped",
    compression: false,
    domains: [],
    ...overrides,
  };
}

/** Limits of an endpoint with one gateway, or of the part that one of several has. */
export function routingLimits(limits: Partial<EndpointLimits>, here: Partial<RoutingLimits["here"]> = {}): RoutingLimits {
  const { requestsPerSecond, connections, newConnectionsPerSecond, bandwidthBytesPerSecond, ...rest } = { ...noLimits, ...limits };
  const shared = { requestsPerSecond, connections, newConnectionsPerSecond, bandwidthBytesPerSecond };
  return { ...rest, ...shared, here: { ...shared, ...here } };
}

export const routingRevision = (revision: number, endpoints: readonly RoutingEndpoint[]): RoutingRevision => ({
  revision,
  createdAt: 1_780_000_000_000,
  endpoints,
});
