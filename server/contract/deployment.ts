import { z } from "zod";
import { frameworks } from "#server/domain/scaffold/types";
import { conditionSchema, generationSchema, personSchema, provisioningStateSchema, tagsSchema, timestampSchema } from "./common";
import { deploymentNameSchema } from "./endpoint";

/**
 * Azure's request settings with its defaults and ceilings, and what they lack. How much of the request timeout's range is allowed is the installation's: 180 s,
 * as Azure's, unless set.
 */
export const requestSettingsSchema = z.object({
  requestTimeoutMs: z.number().int().min(1).max(600_000).default(5000),
  maxConcurrentRequestsPerInstance: z.number().int().min(1).max(1000).default(1),
  maxQueueWaitMs: z.number().int().min(0).max(180_000).default(500),
  /**
   * The gateway uses connections to instances again. A call on one that breaks gets no answer: its caller's connection is closed. For servers that serve
   * several connections at once.
   */
  keepAlive: z.boolean().default(false),
  /** Over how long the limit of an instance that comes or recovers grows from one request to the whole; 0 for the whole at once. */
  slowStartSeconds: z.number().int().min(0).max(900).default(0),
});

/** Azure's probe settings with its defaults, in seconds. */
export const probeSettingsSchema = z.object({
  initialDelaySeconds: z.number().int().min(1).max(3600).default(10),
  periodSeconds: z.number().int().min(1).max(3600).default(10),
  timeoutSeconds: z.number().int().min(1).max(3600).default(2),
  successThreshold: z.number().int().min(1).max(100).default(1),
  failureThreshold: z.number().int().min(1).max(1000).default(30),
});

export const environmentVariablesSchema = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "Letters, digits and underscores only."),
  z.string().max(32_768),
);

const deploymentBodySchema = z.object({
  description: z.string().max(2000).default(""),
  tags: tagsSchema.default({}),
  /** `name:version` or a model version id; null for a model inside the image. */
  model: z.string().nullable().default(null),
  /** `name:version` or a code id; left out, it is made for a model of a known kind. */
  code: z.string().nullable().default(null),
  scoringScript: z.string().max(512).nullable().default(null),
  /** `name:version` or an environment version id; left out, it is made for a model of a known kind. */
  environment: z.string().nullable().default(null),
  /** What the model is, where it should not be told from its files. */
  framework: z.enum(frameworks).nullable().default(null),
  environmentVariables: environmentVariablesSchema.default({}),
  instanceType: z.string(),
  instanceCount: z.number().int().min(1).max(50).default(1),
  requestSettings: requestSettingsSchema.prefault({}),
  livenessProbe: probeSettingsSchema.prefault({}),
  readinessProbe: probeSettingsSchema.prefault({}),
  modelMountPath: z.string().max(512).nullable().default(null),
  /** Kept with the deployment; nothing is sent anywhere yet. */
  appInsightsEnabled: z.boolean().default(false),
});

export const createDeploymentSchema = deploymentBodySchema.extend({ endpoint: z.string(), name: deploymentNameSchema });
export type CreateDeploymentInput = z.input<typeof createDeploymentSchema>;

/** Declarative as Azure's PUT: what is left out returns to its default. */
export const updateDeploymentSchema = deploymentBodySchema.extend({
  endpoint: z.string(),
  deployment: z.string(),
  generation: generationSchema,
});

export const deploymentRefSchema = z.object({ endpoint: z.string(), deployment: z.string() });
export const scaleDeploymentSchema = deploymentRefSchema.extend({
  generation: generationSchema,
  instanceCount: z.number().int().min(1).max(50),
});
export const deleteDeploymentSchema = deploymentRefSchema.extend({ confirmName: z.string() });

export const instanceSchema = z.object({
  id: z.string(),
  slot: z.number().int(),
  host: z.string(),
  state: z.string(),
  desiredState: z.string(),
  ready: z.boolean(),
  address: z.string().nullable(),
  instanceType: z.string(),
  /** Earlier instances of the same slot that failed. */
  restarts: z.number().int(),
  inFlight: z.number().int().nullable(),
  cpuCores: z.number().nullable(),
  cpuLimitCores: z.number(),
  memoryBytes: z.number().nullable(),
  memoryLimitBytes: z.number(),
  lastProbe: z.object({ at: timestampSchema, ok: z.boolean(), message: z.string() }).nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  hint: z.string().nullable(),
  exitCode: z.number().int().nullable(),
  createdAt: timestampSchema,
  readyAt: timestampSchema.nullable(),
  removedAt: timestampSchema.nullable(),
});
export type InstanceDto = z.infer<typeof instanceSchema>;

/** One step of bringing the wish into force, for the timeline. */
export const deploymentStepSchema = z.object({
  name: z.enum(["spec", "image", "model", "instances", "ready"]),
  state: z.enum(["waiting", "running", "done", "failed"]),
  title: z.string(),
  detail: z.string(),
  hint: z.string().nullable(),
  startedAt: timestampSchema.nullable(),
  finishedAt: timestampSchema.nullable(),
  /** Where its log can be read, if it has one. */
  log: z.enum(["image-build", "storage-initializer", "inference-server"]).nullable(),
});
export type DeploymentStepDto = z.infer<typeof deploymentStepSchema>;

export const deploymentImageSchema = z.object({
  /** What containers are created from; null while it is being made. */
  reference: z.string().nullable(),
  /** Digest in the registry, or the id of an image that was built here. */
  digest: z.string().nullable(),
  /** Which image of the environment it is. */
  revision: z.number().int(),
  /** A newer image of the same environment that is ready; *roll* takes it. */
  newer: z.object({ revision: z.number().int(), cause: z.string(), finishedAt: timestampSchema.nullable() }).nullable(),
});

export const deploymentSchema = z.object({
  id: z.string(),
  resourceId: z.string(),
  endpoint: z.string(),
  name: z.string(),
  color: z.number().int().min(0).max(7),
  description: z.string(),
  tags: tagsSchema,
  generation: z.number().int(),
  observedGeneration: z.number().int(),
  provisioningState: provisioningStateSchema,
  conditions: z.array(conditionSchema),
  steps: z.array(deploymentStepSchema),
  percent: z.number(),
  model: z.object({ id: z.string(), name: z.string(), version: z.number().int() }).nullable(),
  code: z.object({ id: z.string(), name: z.string(), version: z.number().int(), anonymous: z.boolean() }).nullable(),
  scoringScript: z.string().nullable(),
  environment: z.object({ id: z.string(), name: z.string(), version: z.number().int(), anonymous: z.boolean() }),
  environmentVariables: z.record(z.string(), z.string()),
  instanceType: z.string(),
  instanceCount: z.number().int(),
  requestSettings: requestSettingsSchema,
  livenessProbe: probeSettingsSchema,
  readinessProbe: probeSettingsSchema,
  modelMountPath: z.string().nullable(),
  appInsightsEnabled: z.boolean(),
  buildId: z.string().nullable(),
  /** The exact image that it is pinned to; null until that is known. */
  image: deploymentImageSchema.nullable(),
  instances: z.array(instanceSchema),
  pricePerHour: z.number(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type DeploymentDto = z.infer<typeof deploymentSchema>;

export const deploymentRevisionSchema = z.object({
  id: z.string(),
  generation: z.number().int(),
  actor: personSchema,
  createdAt: timestampSchema,
  /** The image that it was pinned to; null while that is not known. */
  image: z.object({ reference: z.string(), digest: z.string() }).nullable(),
  /** The doctor's report on exactly this spec. */
  doctorRunId: z.string().nullable(),
  /** The spec as YAML, for reading and for a textual diff. */
  yaml: z.string(),
});
export type DeploymentRevisionDto = z.infer<typeof deploymentRevisionSchema>;
