import { z } from "zod";
import { gatewayStates } from "#server/domain/routing/gateway-state";
import { timestampSchema } from "./common";

export const instanceTypeSchema = z.object({
  name: z.string(),
  family: z.string(),
  cpuCores: z.number(),
  memoryMib: z.number(),
  gpuCount: z.number().int(),
  pricePerHour: z.number(),
  /** What an instance gets here: fewer cores than the type has when the host is smaller. */
  effectiveCpuCores: z.number(),
  capped: z.boolean(),
  /** How many more fit now, and the sentence that says why not when it is 0. */
  fits: z.number().int(),
  reason: z.string().nullable(),
});
export const updateInstanceTypeSchema = z.object({ name: z.string().max(64), pricePerHour: z.number().min(0).max(10_000) });
export type InstanceTypeDto = z.infer<typeof instanceTypeSchema>;

export const hostSchema = z.object({
  id: z.string(),
  name: z.string(),
  driver: z.enum(["docker", "sim"]),
  state: z.string(),
  engineVersion: z.string(),
  cpuCores: z.number(),
  memoryMib: z.number(),
  cpuOvercommit: z.number(),
  memoryOvercommit: z.number(),
  cpuReserved: z.number(),
  memoryReservedMib: z.number(),
  /** The doctor's containers, of all workspaces; what they hold is part of what is reserved. */
  trials: z.object({ count: z.number().int(), cpuCores: z.number(), memoryMib: z.number() }),
  lastSeenAt: timestampSchema,
  instances: z.array(
    z.object({
      id: z.string(),
      endpoint: z.string(),
      deployment: z.string(),
      instanceType: z.string(),
      cpuCores: z.number(),
      memoryMib: z.number(),
      state: z.string(),
      ready: z.boolean(),
    }),
  ),
});
export type HostDto = z.infer<typeof hostSchema>;

const gatewayAcknowledgementSchema = z.object({
  revision: z.number().int(),
  outcome: z.enum(["applied", "refused"]),
  /** Why it was refused; empty when it was taken. */
  reason: z.string(),
  appliedAt: timestampSchema,
  /** Milliseconds from the revision's making to the gateway's word that it runs it, by the clocks of both. */
  lagMs: z.number().int(),
});

export const gatewaySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Where callers reach it, as `address:port`; empty before it said so. */
  address: z.string(),
  state: z.enum(gatewayStates),
  proxyVersion: z.string(),
  appliedRevision: z.number().int(),
  newestRevision: z.number().int(),
  refusedRevision: z.number().int().nullable(),
  refusedReason: z.string().nullable(),
  /** Requests at models and waiting for one when it last reported. */
  inFlight: z.number().int(),
  queued: z.number().int(),
  /** Of the acknowledgements below that took a revision; null without any. */
  lag: z.object({ p50Ms: z.number().int(), p99Ms: z.number().int() }).nullable(),
  /** Newest first. */
  acknowledgements: z.array(gatewayAcknowledgementSchema),
  /** Request log lines that the gateway gave up since it started because nobody took them in time; requests themselves were served. */
  shedLogLines: z.number().int(),
  lastSeenAt: timestampSchema.nullable(),
});
export type GatewayDto = z.infer<typeof gatewaySchema>;

const countSchema = z.object({ used: z.number(), limit: z.number() });
/** What the workspace has and may have. Cores count a fifth more instances than asked for, which is kept for updates. */
export const quotaSchema = z.object({ cores: countSchema, endpoints: countSchema, deployments: countSchema });
export type QuotaDto = z.infer<typeof quotaSchema>;
export const updateQuotaSchema = z.object({ cores: z.number().min(0).max(100_000) });
