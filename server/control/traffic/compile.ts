import { routesOf } from "#server/domain/deployment/run-spec";
import { isTerminal } from "#server/domain/instance/state";
import type { RoutingDeployment, RoutingDomain, RoutingEndpoint, RoutingInstance, RoutingMirror, RoutingSticky } from "#server/domain/routing/types";
import { followingSlots, slotsInOrder } from "#server/domain/traffic/slots";
import type { ClientKeyRow } from "#server/store/client-keys";
import type { DeploymentRow } from "#server/store/deployments";
import type { EndpointKeyRow, EndpointRow } from "#server/store/endpoints";
import type { InstanceRow } from "#server/store/instances";
import { readRunSpec } from "../instance/run-spec-column";
import { accepted, type TokenWorld } from "./callers";
import { compileClientKey } from "./client-keys";
import { compileLimits } from "./limits";
import { weightsFor } from "./weights";

export interface RoutingWorld extends TokenWorld {
  readonly endpoints: readonly EndpointRow[];
  readonly keys: readonly EndpointKeyRow[];
  /** Named client keys that are not revoked, by endpoint id. */
  readonly clientKeys: ReadonlyMap<string, readonly ClientKeyRow[]>;
  /** Domains of their own, by endpoint id. */
  readonly domains: ReadonlyMap<string, readonly RoutingDomain[]>;
  /** Gateways that share the limits of endpoints and the rates of client keys. */
  readonly liveGateways: number;
  readonly nowMs: number;
  readonly deployments: readonly DeploymentRow[];
  readonly instances: readonly InstanceRow[];
  /** Endpoints of the newest revision. */
  readonly previous: readonly RoutingEndpoint[];
  readonly maxBodyBytes: number;
}

export interface CompiledEndpoint {
  readonly document: RoutingEndpoint;
  readonly waitingFor: readonly string[];
}

/** An instance is in the revision from its first readiness until it ended; it takes requests only while it is wanted and ready. */
function routed(row: InstanceRow): RoutingInstance[] {
  const { dial, run, routes } = readRunSpec(row);
  if (row.readyAt === null || isTerminal(row.state)) return [];
  const serves = row.ready && row.state === "Running" && row.desiredState === "Running";
  return [{ id: row.id, address: dial?.address ?? run.address, port: dial?.port ?? run.port, mode: serves ? "serve" : "drain", http2: routes.http2 }];
}

function compileDeployment(row: DeploymentRow, instances: readonly InstanceRow[], maxBodyBytes: number): RoutingDeployment {
  const own = instances.filter((instance) => instance.deploymentId === row.id);
  const [newest] = [...own].sort((a, b) => b.createdAt - a.createdAt);
  const routes = newest === undefined ? routesOf({ inferenceConfig: null }) : readRunSpec(newest).routes;
  return {
    id: row.id,
    name: row.name.toLowerCase(),
    requestTimeoutMs: row.spec.requestSettings.requestTimeoutMs,
    // The proxy knows no queue of zero length in time; a millisecond is the nearest.
    queueTimeoutMs: Math.max(1, row.spec.requestSettings.maxQueueWaitMs),
    maxConcurrentRequestsPerInstance: row.spec.requestSettings.maxConcurrentRequestsPerInstance,
    maxBodyBytes,
    scoringPath: routes.scoring.path,
    scoringRoutes: routes.scoringRoutes,
    pathPrefix: routes.pathPrefix,
    http2: routes.http2,
    keepAlive: row.spec.requestSettings.keepAlive,
    slowStartSeconds: row.spec.requestSettings.slowStartSeconds,
    instances: own.flatMap(routed).sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

/** Copies go only to shadows that can take them: nobody waits for one that is starting. */
function mirrorOf(row: EndpointRow, deployments: readonly RoutingDeployment[]): RoutingMirror | null {
  const { shares, tolerance } = row.spec.mirror;
  const able = new Set(deployments.filter(({ instances }) => instances.some(({ mode }) => mode === "serve")).map(({ name }) => name));
  const taken = Object.entries(shares).filter(([name]) => able.has(name));
  return taken.length === 0 ? null : { shares: Object.fromEntries(taken), tolerance };
}

/** Callers keep their deployments over a change of the split, whichever gateway they meet: hence the slots follow from those of the revision before. */
function stickyOf(
  row: EndpointRow,
  weights: RoutingEndpoint["weights"],
  names: readonly string[],
  previous: RoutingEndpoint | undefined,
): RoutingSticky | null {
  const rule = row.spec.routing.sticky;
  if (rule === null) return null;
  const before = previous?.sticky?.slots ?? slotsInOrder(previous?.weights ?? {}, previous?.deployments.map(({ name }) => name) ?? []);
  return { ...rule, slots: followingSlots(weights, names, before) };
}

function compileEndpoint(row: EndpointRow, world: RoutingWorld): CompiledEndpoint {
  const deployments = world.deployments
    .filter((deployment) => deployment.endpointId === row.id && !deployment.deleteRequested)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const compiled = deployments.map((deployment) => compileDeployment(deployment, world.instances, world.maxBodyBytes));
  const previous = world.previous.find((endpoint) => endpoint.id === row.id);
  const ready = new Map(compiled.map((deployment) => [deployment.name, { ready: deployment.instances.some((instance) => instance.mode === "serve") }]));
  const wish = Object.fromEntries(Object.entries(row.spec.traffic).map(([name, percent]) => [name.toLowerCase(), percent]));
  const { weights, waitingFor } = weightsFor({ wish, previous: previous?.weights ?? {}, deployments: ready });
  const keys = world.keys.filter((key) => key.endpointId === row.id).map((key) => ({ sha256: key.sha256, name: key.slot, grant: null }));
  const clientKeys = (world.clientKeys.get(row.id) ?? []).flatMap((key) => compileClientKey(key, world.liveGateways, world.nowMs));
  return {
    document: {
      id: row.id,
      name: row.name.toLowerCase(),
      ...accepted(row, world, [...keys, ...clientKeys]),
      deployments: compiled,
      weights,
      mirror: mirrorOf(row, compiled),
      limits: compileLimits(row.spec.limits, world.liveGateways),
      sticky: stickyOf(
        row,
        weights,
        compiled.map(({ name }) => name),
        previous,
      ),
      cors: row.spec.routing.cors,
      pinBy: row.spec.routing.pinBy,
      modelErrors: row.spec.routing.modelErrors,
      compression: row.spec.routing.compression,
      domains: (world.domains.get(row.id) ?? []).map(({ name, sha256 }) => ({ name, sha256 })),
    },
    waitingFor,
  };
}

/** The endpoints of the next routing revision. Endpoints and deployments that are being deleted are gone for callers at once. */
export const compileRouting = (world: RoutingWorld): CompiledEndpoint[] =>
  world.endpoints
    .filter((endpoint) => !endpoint.deleteRequested)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((endpoint) => compileEndpoint(endpoint, world));
