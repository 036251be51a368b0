import { sharedLimits, type RoutingDeployment, type RoutingKey, type RoutingLimits, type RoutingMirror } from "#server/domain/routing/types";

// Entries of the proxy's tables. A part never holds a bar, a semicolon or a space, and only the last one a colon: names and paths are
// restricted by the revision's schema, so entries can be cut at `:` by the proxy and sent over its command line as they are.

export const deploymentKey = (endpoint: string, deployment: string): string => `${endpoint}|${deployment}`;
export const slotKey = (endpoint: string, slot: string): string => `${endpoint}|${slot}`;
export const keyKey = (endpoint: string, sha256: string): string => `${endpoint}|${sha256}`;

const never = 253_402_300_799_999;

/**
 * The key's name alone for the endpoint's own two keys. For a named client key
 * name:id:refused from (ms):blocked until (ms):requests/s here:requests/s of the key:requests a day:pin or nopin. No limit is 0.
 */
export function keyEntry({ name, grant }: RoutingKey): string {
  if (grant === null) return name;
  const { id, notAfter, blockedUntil, rate, dailyQuota, mayPin } = grant;
  return [name, id, notAfter ?? never, blockedUntil ?? 0, rate?.here ?? 0, rate?.perSecond ?? 0, dailyQuota ?? 0, mayPin ? "pin" : "nopin"].join(":");
}

const numbered = (value: number | null): number => value ?? 0;

/**
 * What stands behind a bar in the entry of an endpoint with limits, by number; nothing without. No limit is 0. Of what gateways share, this gateway's part
 * comes first, then the whole, which callers are told.
 */
export function limitsEntry(limits: RoutingLimits | null): string {
  if (limits === null) return "";
  const { here, bodyBytes, uriBytes, headerBytes, slowCallerMs, idleStreamMs } = limits;
  const shared = sharedLimits.flatMap((name) => [here[name], limits[name]]);
  return `|${[...shared, bodyBytes, uriBytes, headerBytes, slowCallerMs, idleStreamMs].map(numbered).join(":")}`;
}

/**
 * Requests that may run or wait at once: twice what the serving instances can run, as Azure counts. At least one instance is counted,
 * so that a deployment that lost its last instance can hold requests until a new one comes.
 */
export function requestCap(deployment: RoutingDeployment): number {
  const serving = deployment.instances.filter((instance) => instance.mode === "serve").length;
  return 2 * deployment.maxConcurrentRequestsPerInstance * Math.max(1, serving);
}

/** name:backend:request timeout (ms):queue timeout (ms):cap:body limit (bytes):keep or fresh (connections):scoring path, which may hold colons. */
export function deploymentEntry(deployment: RoutingDeployment, maxBodyBytes: number): string {
  return [
    deployment.name,
    deployment.id,
    deployment.requestTimeoutMs,
    deployment.queueTimeoutMs,
    requestCap(deployment),
    Math.min(deployment.maxBodyBytes, maxBodyBytes),
    deployment.keepAlive ? "keep" : "fresh",
    deployment.scoringPath,
  ].join(":");
}

/**
 * Routes beside the scoring route, by backend and path. The prefix has a key that no path can have and ends with a slash, so that `/v2`
 * covers `/v2/x` and not `/v20`. Calls of gRPC have a key of their own, which no path can have either.
 */
export function routeEntries(deployment: RoutingDeployment): [string, string][] {
  const { id, pathPrefix, scoringRoutes, http2 } = deployment;
  const exact = scoringRoutes.map((path): [string, string] => [`${id}|${path}`, "exact"]);
  const prefix: [string, string][] = pathPrefix === null ? [] : [[`${id}|*`, pathPrefix.endsWith("/") ? pathPrefix : `${pathPrefix}/`]];
  return [...exact, ...prefix, ...(http2 ? [[`${id}|grpc`, "any"] satisfies [string, string]] : [])];
}

/** tolerance:parts per million:shadow:parts per million:shadow… The proxy draws for each by itself. */
export function mirrorEntry({ shares, tolerance }: RoutingMirror): string {
  const draws = Object.entries(shares).flatMap(([shadow, percent]) => [Math.round(percent * 10_000), shadow]);
  return [tolerance, ...draws].join(":");
}

/** The backend's name in a deployment's or slot's entry; the empty string when the entry has none. */
export const backendOfEntry = (entry: string): string => entry.split(":")[1] ?? "";
