import { z } from "zod";
import { probeSettingsSchema, requestSettingsSchema } from "#server/contract/deployment";
import { condaSolvers } from "#server/domain/environment/types";
import { frameworks } from "#server/domain/scaffold/types";
import { routingPathSchema } from "#server/domain/routing/schema";

// Azure's YAML of a managed online deployment, snake case and all, as far as one container on one machine can honour it.

const route = z.object({ path: routingPathSchema, port: z.number().int().min(1).max(65_535) });
const name = z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]{0,31}$/, "1 to 32 letters, digits and dashes, starting with a letter");

/** The file's names of settings whose names on the wire say their unit. */
export const wireNames: Readonly<Record<string, string>> = {
  initial_delay: "initialDelaySeconds",
  period: "periodSeconds",
  timeout: "timeoutSeconds",
  success_threshold: "successThreshold",
  failure_threshold: "failureThreshold",
  request_timeout_ms: "requestTimeoutMs",
  max_concurrent_requests_per_instance: "maxConcurrentRequestsPerInstance",
  max_queue_wait_ms: "maxQueueWaitMs",
  keep_alive: "keepAlive",
  slow_start_seconds: "slowStartSeconds",
};

const renamed = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [wireNames[key] ?? key, inner])) : value;

const probe = z.preprocess(renamed, probeSettingsSchema.strict().prefault({}));
const requestSettings = z.preprocess(renamed, requestSettingsSchema.strict().prefault({}));

const environment = z.object({
  name: z.string().optional(),
  version: z.union([z.string(), z.number()]).optional(),
  image: z.string().optional(),
  /** Path of a conda file, or the file's content as YAML. */
  conda_file: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  /** Folder of a Dockerfile and of everything that it copies. */
  build: z.object({ path: z.string(), dockerfile_path: z.string().default("Dockerfile"), args: z.record(z.string(), z.string()).default({}) }).optional(),
  conda_solver: z.enum(condaSolvers).default("auto"),
  /** Path of a pip requirements file; beside Azure's fields, as are the solver and build arguments. */
  requirements_file: z.string().optional(),
  inference_config: z
    .object({
      liveness_route: route,
      readiness_route: route,
      scoring_route: route,
      scoring_routes: z.array(routingPathSchema).default([]),
      path_prefix: routingPathSchema.nullable().default(null),
      http2: z.boolean().default(false),
    })
    .optional(),
  /** Also beside Azure's: how the container is run. */
  container: z
    .object({
      command: z.array(z.string()).nullable().default(null),
      user: z.string().nullable().default(null),
      shared_memory_mib: z.number().nullable().default(null),
    })
    .optional(),
});

const model = z.object({
  name: z.string().optional(),
  version: z.union([z.string(), z.number()]).optional(),
  path: z.string(),
  type: z.enum(["custom_model", "mlflow_model", "triton_model"]).optional(),
});

export const deploymentFileSchema = z.looseObject({
  name,
  endpoint_name: name,
  model: z.union([z.string(), model]).optional(),
  model_mount_path: z.string().startsWith("/").optional(),
  code_configuration: z.object({ code: z.string(), scoring_script: z.string() }).optional(),
  environment: z.union([z.string(), environment]).optional(),
  /** Beside Azure's fields: what the model is, where code is left out and the files do not tell. */
  framework: z.enum(frameworks).optional(),
  environment_variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  instance_type: z.string().optional(),
  instance_count: z.number().int().min(1).default(1),
  request_settings: requestSettings,
  liveness_probe: probe,
  readiness_probe: probe,
  app_insights_enabled: z.boolean().default(false),
});
export type DeploymentFile = z.output<typeof deploymentFileSchema>;

/** Fields that mean nothing for one container on one machine and may stand in the file all the same. */
export const fieldsWithoutLocalMeaning = new Set([
  "$schema", "description", "tags", "properties", "type", "scale_settings", "egress_public_network_access", "data_collector",
  "instance_count",
]); // prettier-ignore
