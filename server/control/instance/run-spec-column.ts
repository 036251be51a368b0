import { z } from "zod";
import { routesOf } from "#server/domain/deployment/run-spec";
import type { InferenceRoutes } from "#server/domain/deployment/types";
import type { ProbeSettings } from "#server/domain/probe/types";
import type { InstanceRunSpec } from "#server/drivers/compute-driver";
import { inferenceRoutesColumn } from "#server/store/columns";
import type { InstanceRow } from "#server/store/instances";

const probe = z.object({
  initialDelaySeconds: z.number(),
  periodSeconds: z.number(),
  timeoutSeconds: z.number(),
  successThreshold: z.number(),
  failureThreshold: z.number(),
});

export const runSpecColumn = z.object({
  instanceId: z.string(),
  deploymentId: z.string(),
  endpointName: z.string(),
  deploymentName: z.string(),
  slot: z.number().int(),
  specHash: z.string(),
  image: z.string(),
  command: z.array(z.string()).nullable(),
  // Instances of before these could be set lack both.
  user: z.object({ uid: z.number().int(), gid: z.number().int() }).nullable().default(null),
  sharedMemoryMib: z.number().int().nullable().default(null),
  environment: z.record(z.string(), z.string()),
  mounts: z.array(z.object({ volume: z.string(), subPath: z.string(), target: z.string() })),
  address: z.string(),
  port: z.number().int(),
  cpuCores: z.number(),
  memoryMib: z.number(),
  gpuCount: z.number(),
  pidsLimit: z.number(),
});

const schema = z.object({
  run: runSpecColumn,
  probes: z.object({ liveness: probe, readiness: probe }),
  routes: inferenceRoutesColumn.nullable(),
  requestTimeoutMs: z.number(),
  /** Where gateways dial it, once it runs; differs from the assigned address only for simulated instances. */
  dial: z.object({ address: z.string(), port: z.number().int() }).optional(),
});

export interface FrozenRun {
  readonly run: InstanceRunSpec;
  readonly probes: { readonly liveness: ProbeSettings; readonly readiness: ProbeSettings };
  readonly routes: InferenceRoutes;
  readonly requestTimeoutMs: number;
  readonly dial: { readonly address: string; readonly port: number } | null;
}

/** What an instance was told to run, as frozen in its row; throws when the row was not written by us. */
export function readRunSpec(row: Pick<InstanceRow, "runSpec">): FrozenRun {
  const { routes, dial, ...rest } = schema.parse(row.runSpec);
  return { ...rest, routes: routesOf({ inferenceConfig: routes }), dial: dial ?? null };
}
