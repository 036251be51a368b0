import type { z } from "zod";
import type { routingDeploymentSchema, routingEndpointSchema, routingInstanceSchema, routingKeySchema } from "./schema";
import type { RoutingDeployment, RoutingEndpoint, RoutingInstance, RoutingKey } from "./types";

/** Fields that a document may lack: those that came after the first release, which a gateway of an older release drops unread. */
type Added<S extends z.ZodType> = { [K in keyof z.input<S>]-?: undefined extends z.input<S>[K] ? K : never }[keyof z.input<S>];
/** For each of them, whether it asks something of the gateway. */
type Table<S extends z.ZodType, T> = Readonly<Record<Added<S>, (part: T) => boolean>>;

// The types make these complete: a new field with a default has no way past them.
const ofEndpoint: Table<typeof routingEndpointSchema, RoutingEndpoint> = {
  keysUntil: ({ keysUntil }) => keysUntil !== null,
  trusts: ({ trusts }) => trusts.length > 0,
  mirror: ({ mirror }) => mirror !== null,
  limits: ({ limits }) => limits !== null,
  sticky: ({ sticky }) => sticky !== null,
  cors: ({ cors }) => cors !== null,
  pinBy: ({ pinBy }) => pinBy.length > 0,
  modelErrors: ({ modelErrors }) => modelErrors !== "mapped",
  compression: ({ compression }) => compression,
  domains: ({ domains }) => domains.length > 0,
};
/** Not a field of its own: a gateway from before tenths refuses them as broken weights, and could not say what to do. */
const ofWeights: Readonly<Record<string, (weights: RoutingEndpoint["weights"]) => boolean>> = {
  tenths: (weights) => !Object.values(weights).every(Number.isInteger),
};
const ofKey: Table<typeof routingKeySchema, RoutingKey> = { grant: ({ grant }) => grant !== null };
const ofDeployment: Table<typeof routingDeploymentSchema, RoutingDeployment> = {
  scoringRoutes: ({ scoringRoutes }) => scoringRoutes.length > 0,
  pathPrefix: ({ pathPrefix }) => pathPrefix !== null,
  http2: ({ http2 }) => http2,
  keepAlive: ({ keepAlive }) => keepAlive,
  slowStartSeconds: ({ slowStartSeconds }) => slowStartSeconds > 0,
};
const ofInstance: Table<typeof routingInstanceSchema, RoutingInstance> = { http2: ({ http2 }) => http2 };

const known: ReadonlySet<string> = new Set(
  Object.entries({ endpoint: ofEndpoint, weights: ofWeights, key: ofKey, deployment: ofDeployment, instance: ofInstance }).flatMap(([part, table]) =>
    Object.keys(table).map((field) => `${part}.${field}`),
  ),
);

function used<T>(part: string, table: Readonly<Record<string, (one: T) => boolean>>, all: readonly T[]): string[] {
  return Object.entries(table).flatMap(([field, asks]) => (all.some(asks) ? [`${part}.${field}`] : []));
}

/** What a gateway must know to run these endpoints as they are meant, as `<part>.<field>`; sent along with a revision. */
export function requiredFeatures(endpoints: readonly RoutingEndpoint[]): readonly string[] {
  const deployments = endpoints.flatMap((endpoint) => endpoint.deployments);
  return [
    ...used("endpoint", ofEndpoint, endpoints),
    ...used(
      "weights",
      ofWeights,
      endpoints.map(({ weights }) => weights),
    ),
    ...used(
      "key",
      ofKey,
      endpoints.flatMap(({ keys }) => keys),
    ),
    ...used("deployment", ofDeployment, deployments),
    ...used(
      "instance",
      ofInstance,
      deployments.flatMap(({ instances }) => instances),
    ),
  ];
}

/** Why a gateway of this release must refuse a revision that needs `required`; null when it knows all of it. */
export function judgeRequired(required: readonly string[]): string | null {
  const strange = required.filter((feature) => !known.has(feature));
  if (strange.length === 0) return null;
  const names = strange.join(", ");
  return `requires: this gateway's release does not know ${names}. Bring the gateway to the release of the control plane, or take ${names} out of use.`;
}
