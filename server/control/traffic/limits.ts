import { noLimits, sameLimits, shareOfLimit, type EndpointLimits } from "#server/domain/endpoint/limits";
import type { RoutingLimits } from "#server/domain/routing/types";

/** An endpoint's limits as gateways take them: what they share in equal parts, the rest whole. Null without limits, so that calls pay for none. */
export function compileLimits(limits: EndpointLimits, liveGateways: number): RoutingLimits | null {
  if (sameLimits(limits, noLimits)) return null;
  const part = (limit: number | null): number | null => shareOfLimit(limit, liveGateways);
  return {
    ...limits,
    here: {
      requestsPerSecond: part(limits.requestsPerSecond),
      connections: part(limits.connections),
      newConnectionsPerSecond: part(limits.newConnectionsPerSecond),
      bandwidthBytesPerSecond: part(limits.bandwidthBytesPerSecond),
    },
  };
}
