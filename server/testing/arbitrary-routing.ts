import fc from "fast-check";
import { modelErrorWays, pinPlaces } from "#server/domain/routing-options/types";
import type { RoutingDeployment, RoutingEndpoint, RoutingRevision } from "#server/domain/routing/types";
import { testTrust } from "./tokens";
import { slotsInOrder } from "#server/domain/traffic/slots";
import { percentOfTenths } from "#server/domain/traffic/tenths";
import { clientRoutingKey, routingKey, routingLimits } from "./routing";

/** Whole percents or tenths for the given number of deployments that sum to 0 or 100. */
const weightsArbitrary = (count: number): fc.Arbitrary<number[]> =>
  count === 0
    ? fc.constant([])
    : fc.oneof(
        fc.constant(Array.from({ length: count }, () => 0)),
        fc.constantFrom(1, 10).chain((unit) =>
          fc.array(fc.integer({ min: 0, max: 1000 / unit }), { minLength: count - 1, maxLength: count - 1 }).map((cuts) => {
            const edges = [0, ...cuts.map((cut) => cut * unit).sort((a, b) => a - b), 1000];
            return edges.slice(1).map((edge, index) => percentOfTenths(edge - (edges[index] ?? 0)));
          }),
        ),
      );

const deploymentArbitrary = (endpoint: number, index: number): fc.Arbitrary<RoutingDeployment> =>
  fc
    .record({
      generation: fc.integer({ min: 0, max: 1 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
      instances: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
      draining: fc.boolean(),
      scoringRoutes: fc.subarray(["/v1/models", "/v1/models/a:predict"]),
      pathPrefix: fc.constantFrom(null, "/", "/v2"),
      http2: fc.boolean(),
      keepAlive: fc.boolean(),
      slowStartSeconds: fc.constantFrom(0, 30),
    })
    .map(({ generation, concurrency, instances, draining, scoringRoutes, pathPrefix, http2, keepAlive, slowStartSeconds }) => ({
      id: `dep_${String(endpoint)}_${String(index)}_${String(generation)}`,
      name: `color${String(index)}`,
      requestTimeoutMs: 5000,
      queueTimeoutMs: 1000,
      maxConcurrentRequestsPerInstance: concurrency,
      maxBodyBytes: 1000,
      scoringPath: "/score",
      scoringRoutes,
      pathPrefix,
      http2,
      keepAlive,
      slowStartSeconds,
      instances: instances.map((number, place) => ({
        id: `ins_${String(endpoint)}_${String(index)}_${String(generation)}_${String(number)}`,
        address: `10.${String(endpoint)}.${String(index)}.${String(10 * generation + number)}`,
        port: 5001,
        mode: draining && place === 0 ? ("drain" as const) : ("serve" as const),
        http2,
      })),
    }));

const weightsOf = (deployments: readonly RoutingDeployment[], weights: readonly number[]): Record<string, number> =>
  Object.fromEntries(deployments.map(({ name }, place) => [name, weights[place] ?? 0]));

function endpointArbitrary(index: number): fc.Arbitrary<RoutingEndpoint> {
  return fc.subarray([0, 1, 2, 3]).chain((places) =>
    fc
      .record({
        deployments: fc.tuple(...places.map((place) => deploymentArbitrary(index, place))),
        weights: weightsArbitrary(places.length),
        keys: fc.subarray(["a", "b", "c"]),
        granted: fc.constantFrom(null, { mayPin: true }, { rate: { perSecond: 3, here: 1 }, notAfter: 5, blockedUntil: 9 }),
        trusted: fc.constantFrom([], [testTrust(0)], [testTrust(0, 1)], [testTrust(1), { ...testTrust(2), until: 9 }]),
        keysUntil: fc.constantFrom(null, 7),
        limits: fc.constantFrom(null, routingLimits({}), routingLimits({ requestsPerSecond: 7, uriBytes: 900 }, { requestsPerSecond: 3 })),
        sticky: fc.constantFrom(
          null,
          { by: "header", name: "x-session", setCookie: false },
          { by: "cookie", name: "sid", setCookie: true } as const,
          { by: "claim", name: "sub", setCookie: false } as const,
        ),
        origins: fc.constantFrom(null, ["*"], ["https://app.example", "http://[::1]:3000"]),
        domains: fc.subarray(["a", "b"]),
        pinBy: fc.subarray([...pinPlaces]),
        modelErrors: fc.constantFrom(...modelErrorWays),
        compression: fc.boolean(),
        mirrored: fc.constantFrom(null, 0.0001, 12.5, 100),
      })
      .map(({ deployments, weights, keys, granted, trusted, keysUntil, limits, mirrored, sticky, origins, pinBy, modelErrors, compression, domains }) => ({
        pinBy,
        modelErrors,
        compression,
        domains: domains.map((label) => ({ name: `${label}${String(index)}.example.org`, sha256: label.repeat(64) })),
        id: `ep_${String(index)}`,
        name: `endpoint${String(index)}`,
        authMode: keysUntil === null ? ("key" as const) : ("aml_token" as const),
        keysUntil,
        trusts: trusted,
        keys: keys.map((key) => (granted === null ? routingKey(key, key) : clientRoutingKey(key, key, granted))),
        deployments,
        limits,
        weights: weightsOf(deployments, weights),
        mirror: mirrored === null ? null : { shares: Object.fromEntries(deployments.slice(-2).map(({ name }) => [name, mirrored])), tolerance: 1e-6 },
        sticky:
          sticky === null
            ? null
            : {
                ...sticky,
                slots: slotsInOrder(
                  weightsOf(deployments, weights),
                  deployments.map(({ name }) => name),
                ),
              },
        cors: origins === null ? null : { origins, methods: ["POST" as const], headers: ["authorization"], exposedHeaders: [], maxAgeSeconds: 600 },
      })),
  );
}

/** Valid revisions of up to three endpoints with up to four deployments each; names and ids recur, so that two of them overlap. */
export const revisionArbitrary: fc.Arbitrary<RoutingRevision> = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.subarray([0, 1, 2]))
  .chain(([revision, indexes]) => fc.tuple(...indexes.map((index) => endpointArbitrary(index))).map((endpoints) => ({ revision, createdAt: 1, endpoints })));
