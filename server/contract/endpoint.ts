import { authModes, longestOverlapSeconds } from "#server/domain/endpoint/types";
import { z } from "zod";
import { limitPresetNames } from "#server/domain/endpoint/limits";
import { leastTokenSeconds, tokenLifetimeMs } from "#server/domain/token/signing-keys";
import { conditionSchema, generationSchema, personSchema, provisioningStateSchema, tagsSchema, timestampSchema } from "./common";
import { endpointLimitsSchema } from "./limits";
import { routingOptionsDtoSchema } from "./routing-options";

/** Azure: starts with a letter, letters, digits and single dashes, 3 to 32 characters, no dash at the end. */
const endpointNameSchema = z
  .string()
  .min(3, "A name has at least 3 characters.")
  .max(32, "A name has at most 32 characters.")
  .regex(/^[a-zA-Z](?:-?[a-zA-Z0-9])*$/, "Start with a letter; use letters, digits and single dashes; do not end with a dash.");
export const deploymentNameSchema = endpointNameSchema;

export const authModeSchema = z.enum(authModes);

export const createEndpointSchema = z.object({
  name: endpointNameSchema,
  description: z.string().max(2000).default(""),
  authMode: authModeSchema.default("key"),
  tags: tagsSchema.default({}),
});

export const updateEndpointSchema = z.object({
  endpoint: z.string(),
  generation: generationSchema,
  description: z.string().max(2000).optional(),
  tags: tagsSchema.optional(),
  authMode: authModeSchema.optional(),
  /** With a change of the mode: for so many seconds what was accepted before goes on (0 ends it at once); an hour when left out. */
  authOverlapSeconds: z.number().int().min(0).max(longestOverlapSeconds).optional(),
});

export const deleteEndpointSchema = z.object({ endpoint: z.string(), confirmName: z.string() });

/** Deployment to percent: whole ones, or tenths where the installation allows them (`domain/traffic/rules.ts` judges it). */
export const trafficSchema = z.record(z.string(), z.number().min(0).max(100));

export const updateTrafficSchema = z.object({
  endpoint: z.string(),
  /** The generation that the person saw; a stale one is refused with the newer split. */
  generation: generationSchema,
  traffic: trafficSchema,
});

/** Deployment to the percent of calls that are copied to it. */
export const mirrorTrafficSchema = z.record(z.string(), z.number().min(0).max(100));

export const updateMirrorSchema = z.object({
  endpoint: z.string(),
  generation: generationSchema,
  mirrorTraffic: mirrorTrafficSchema,
  /** Relative difference up to which two numbers of two answers count as equal; left out, it stays. */
  tolerance: z.number().min(0).max(1).optional(),
});

export const regenerateKeySchema = z.object({
  endpoint: z.string(),
  keyType: z.enum(["primary", "secondary"]),
  keyValue: z.string().min(32).max(128).optional(),
});

/** Proof that the gateways run what was asked. */
export const trafficReceiptSchema = z.object({
  state: z.enum(["pending", "applied", "refused"]),
  routingRevision: z.number().int().nullable(),
  /** Live gateways that acknowledged, and how many there are. */
  acknowledged: z.number().int(),
  gateways: z.number().int(),
  /** From the commit of the wish to the last acknowledgement. */
  durationMs: z.number().nullable(),
  refusedReason: z.string().nullable(),
});
export type TrafficReceipt = z.infer<typeof trafficReceiptSchema>;

export const trafficChangeSchema = z.object({
  id: z.string(),
  generation: z.number().int(),
  before: trafficSchema,
  after: trafficSchema,
  actor: personSchema,
  createdAt: timestampSchema,
  receipt: trafficReceiptSchema,
});
export type TrafficChangeDto = z.infer<typeof trafficChangeSchema>;

export const endpointDeploymentSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  color: z.number().int().min(0).max(7),
  provisioningState: provisioningStateSchema,
  /** Wished percent. */
  percent: z.number(),
  instancesReady: z.number().int(),
  instancesDesired: z.number().int(),
  instanceType: z.string(),
  model: z.string().nullable(),
  environment: z.string(),
  /** Calls of gRPC reach it, at the endpoint's host name. */
  grpc: z.boolean(),
  /** Why it is not ready, from its conditions; null when it is. */
  problem: z.string().nullable(),
});

export const endpointSchema = z.object({
  id: z.string(),
  /** ARM-style: /subscriptions/…/onlineEndpoints/<name> */
  resourceId: z.string(),
  name: z.string(),
  description: z.string(),
  authMode: authModeSchema,
  /** What goes on beside the mode after a change of it, and until when; null when nothing does. */
  authOverlap: z.object({ mode: authModeSchema, until: timestampSchema }).nullable(),
  tags: tagsSchema,
  owner: personSchema,
  generation: z.number().int(),
  observedGeneration: z.number().int(),
  provisioningState: provisioningStateSchema,
  conditions: z.array(conditionSchema),
  traffic: trafficSchema,
  mirrorTraffic: mirrorTrafficSchema,
  mirrorTolerance: z.number(),
  limits: endpointLimitsSchema,
  /** Which preset the limits are; null for limits of one's own. */
  limitPreset: z.enum(limitPresetNames).nullable(),
  routing: routingOptionsDtoSchema,
  scoringUri: z.string(),
  swaggerUri: z.string(),
  /** The same scoring route by the endpoint's own host name, which gRPC needs. */
  hostScoringUri: z.string(),
  deployments: z.array(endpointDeploymentSummarySchema),
  receipt: trafficReceiptSchema.nullable(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type EndpointDto = z.infer<typeof endpointSchema>;

export const endpointKeysSchema = z.object({ primaryKey: z.string(), secondaryKey: z.string() });
export type EndpointKeysDto = z.infer<typeof endpointKeysSchema>;

/** What is wished of a token. Nothing gives one as Azure's are; one with a lifetime or a caller is for somebody else's hands, and may choose no deployment unless `mayPin` says so. */
export const requestEndpointTokenSchema = z.object({
  endpoint: z.string(),
  lifetimeSeconds: z
    .number()
    .int()
    .min(leastTokenSeconds)
    .max(tokenLifetimeMs / 1000)
    .optional(),
  /** Whom the token is for, in the words of who gives it on: its claim `caller`, by which an endpoint can tell callers apart. Its holder can read it. */
  caller: z
    .string()
    .min(1)
    .max(128)
    .regex(/^\P{Cc}*$/u, "a caller has no line breaks or other control characters")
    .optional(),
  mayPin: z.boolean().optional(),
});

/** As Azure's; both times are Unix seconds. */
export const endpointTokenSchema = z.object({
  accessToken: z.string(),
  tokenType: z.literal("Bearer"),
  expiryTimeUtc: z.number().int(),
  /** From then on fetch a new one. */
  refreshAfterTimeUtc: z.number().int(),
});
export type EndpointTokenDto = z.infer<typeof endpointTokenSchema>;
