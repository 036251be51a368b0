import { z } from "zod";
import type { AssetMetadata } from "#server/domain/asset/metadata";
import type { Condition } from "#server/domain/condition";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import { noLimits } from "#server/domain/endpoint/limits";
import { authModes, type EndpointSpec } from "#server/domain/endpoint/types";
import { platformBases, type RefreshedBase } from "#server/domain/environment/base-refresh";
import { buildStepStates, type BuildStep } from "#server/domain/environment/build-steps";
import type { PinnedBase } from "#server/domain/environment/image-pin";
import { condaSolvers, type EnvironmentSpec } from "#server/domain/environment/types";
import { noMirror } from "#server/domain/mirror/types";
import type { AssetFile } from "#server/domain/model/types";
import { routingOptionsSchema } from "#server/domain/routing-options/schema";
import { noRoutingOptions } from "#server/domain/routing-options/types";
import type { Prisma } from "./generated/client";

/** Parsers of JSON columns. A row that does not fit was written by nobody of ours: reading it throws. */

const text = z.record(z.string(), z.string());
/** Whole percents, or tenths where the installation allows them. */
export const percentsColumn = z.record(z.string(), z.number());

const limitColumn = z.number().nullable().default(null);
const limitColumns = {
  requestsPerSecond: limitColumn,
  connections: limitColumn,
  newConnectionsPerSecond: limitColumn,
  bandwidthBytesPerSecond: limitColumn,
  bodyBytes: limitColumn,
  uriBytes: limitColumn,
  headerBytes: limitColumn,
  slowCallerMs: limitColumn,
  idleStreamMs: limitColumn,
};

const endpointSpec = z.object({
  description: z.string(),
  authMode: z.enum(authModes),
  // Specs of before modes could be changed lack it.
  authOverlap: z
    .object({ mode: z.enum(authModes), until: z.number() })
    .nullable()
    .default(null),
  tags: text,
  publicNetworkAccess: z.enum(["enabled", "disabled"]),
  traffic: percentsColumn,
  // Specs of before there was mirroring lack it.
  mirror: z.object({ shares: z.record(z.string(), z.number()), tolerance: z.number() }).default(noMirror),
  // Nor did they have limits; a limit that is added later begins as none.
  limits: z.object(limitColumns).default(noLimits),
  // And those of before there were these.
  routing: routingOptionsSchema.default(noRoutingOptions),
});
export const readEndpointSpec = (value: unknown): EndpointSpec => endpointSpec.parse(value);

const probe = z.object({
  initialDelaySeconds: z.number(),
  periodSeconds: z.number(),
  timeoutSeconds: z.number(),
  successThreshold: z.number(),
  failureThreshold: z.number(),
});
const deploymentSpec = z.object({
  description: z.string(),
  tags: text,
  modelVersionId: z.string().nullable(),
  codeConfiguration: z.object({ codeId: z.string(), scoringScript: z.string() }).nullable(),
  environmentVersionId: z.string(),
  environmentVariables: text,
  instanceType: z.string(),
  instanceCount: z.number().int(),
  requestSettings: z.object({
    requestTimeoutMs: z.number(),
    maxConcurrentRequestsPerInstance: z.number(),
    maxQueueWaitMs: z.number(),
    // Specs of before there were these lack them.
    keepAlive: z.boolean().default(false),
    slowStartSeconds: z.number().default(0),
  }),
  livenessProbe: probe,
  readinessProbe: probe,
  modelMountPath: z.string().nullable(),
  // Specs of before there was the switch lack it.
  appInsightsEnabled: z.boolean().default(false),
});
export const readDeploymentSpec = (value: unknown): DeploymentSpec => deploymentSpec.parse(value);

const route = z.object({ path: z.string(), port: z.number().int() });
/** Routes as columns keep them; those of before there were further routes have none of the last three. */
export const inferenceRoutesColumn = z.object({
  liveness: route,
  readiness: route,
  scoring: route,
  scoringRoutes: z.array(z.string()).default([]),
  pathPrefix: z.string().nullable().default(null),
  http2: z.boolean().default(false),
});
const environmentSpec = z.object({
  image: z.string().nullable(),
  condaFile: z.string().nullable(),
  requirements: z.string().nullable(),
  // Versions of before there were Dockerfiles lack these.
  dockerfile: z.string().nullable().default(null),
  contextCodeId: z.string().nullable().default(null),
  buildArgs: text.default({}),
  condaSolver: z.enum(condaSolvers).default("auto"),
  inferenceConfig: inferenceRoutesColumn.nullable(),
  container: z
    .object({ command: z.array(z.string()).nullable(), user: z.string().nullable(), sharedMemoryMib: z.number().int().nullable() })
    .nullable()
    .default(null),
});
export const readEnvironmentSpec = (value: unknown): EnvironmentSpec => environmentSpec.parse(value);

const bases = z.array(z.object({ reference: z.string(), digest: z.string() }));
export const readBases = (value: unknown): readonly PinnedBase[] => bases.parse(value);

const refreshedBases = z.array(
  z.object({ name: z.enum(platformBases), source: z.string(), reference: z.string(), id: z.string(), packages: z.string(), since: z.number() }),
);
export const readRefreshedBases = (value: unknown): readonly RefreshedBase[] => refreshedBases.parse(value);

const buildSteps = z.array(
  z.object({
    title: z.string(),
    state: z.enum(buildStepStates),
    cached: z.boolean(),
    startedAt: z.number(),
    finishedAt: z.number().nullable(),
  }),
);
export const readBuildSteps = (value: unknown): readonly BuildStep[] => buildSteps.parse(value);

const files = z.array(z.object({ path: z.string(), sha256: z.string(), sizeBytes: z.number() }));
export const readFiles = (value: unknown): readonly AssetFile[] => files.parse(value);

const condition = z.object({
  type: z.string(),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  lastTransitionAt: z.number(),
  observedGeneration: z.number(),
});
export const readConditions = (value: unknown): readonly Condition[] =>
  z
    .array(condition)
    .parse(value)
    .map(({ hint, ...rest }) => (hint === undefined ? rest : { ...rest, hint }));

export const readText = (value: unknown): Readonly<Record<string, string>> => text.parse(value);
export const readMetadata = (row: { readonly description: string; readonly tags: unknown; readonly properties: unknown }): AssetMetadata => ({
  description: row.description,
  tags: readText(row.tags),
  properties: readText(row.properties),
});
export const readPercents = (value: unknown): Readonly<Record<string, number>> => percentsColumn.parse(value);
export const readRecord = (value: unknown): Readonly<Record<string, unknown>> => z.record(z.string(), z.unknown()).parse(value);

/** JSON columns take plain data only; our readonly types are that, in words that Prisma does not know. */
export const json = (value: unknown): Prisma.InputJsonValue => value as Prisma.InputJsonValue;

export const writeMetadata = ({ description, tags, properties }: AssetMetadata) => ({ description, tags: json(tags), properties: json(properties) });

export const ms = (at: Date): number => at.getTime();
export const msOrNull = (at: Date | null): number | null => (at === null ? null : at.getTime());
export const date = (atMs: number): Date => new Date(atMs);
export const dateOrNull = (atMs: number | null): Date | null => (atMs === null ? null : new Date(atMs));
