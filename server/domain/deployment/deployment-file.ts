import type { ProbeSettings } from "../probe/types";
import type { DeploymentSpec } from "./types";

/** What the file names model, code and environment by: references of a server, or paths. Undefined leaves the field out. */
export interface NamedParts {
  readonly model: unknown;
  readonly code: string | undefined;
  readonly environment: unknown;
}

export const unlessEmpty = <T extends object>(value: T): T | undefined => (Object.keys(value).length === 0 ? undefined : value);

const probe = (settings: ProbeSettings) => ({
  initial_delay: settings.initialDelaySeconds,
  period: settings.periodSeconds,
  timeout: settings.timeoutSeconds,
  success_threshold: settings.successThreshold,
  failure_threshold: settings.failureThreshold,
});

/** A deployment in the words of Azure's YAML, in its order. */
export function deploymentFile(ref: { readonly endpoint: string; readonly deployment: string }, spec: DeploymentSpec, parts: NamedParts) {
  return {
    name: ref.deployment,
    endpoint_name: ref.endpoint,
    description: spec.description === "" ? undefined : spec.description,
    tags: unlessEmpty(spec.tags),
    model: parts.model,
    model_mount_path: spec.modelMountPath ?? undefined,
    code_configuration:
      spec.codeConfiguration === null || parts.code === undefined ? undefined : { code: parts.code, scoring_script: spec.codeConfiguration.scoringScript },
    environment: parts.environment,
    environment_variables: unlessEmpty(spec.environmentVariables),
    instance_type: spec.instanceType,
    instance_count: spec.instanceCount,
    request_settings: {
      request_timeout_ms: spec.requestSettings.requestTimeoutMs,
      max_concurrent_requests_per_instance: spec.requestSettings.maxConcurrentRequestsPerInstance,
      max_queue_wait_ms: spec.requestSettings.maxQueueWaitMs,
      // Beside Azure's settings, so only where they say something.
      keep_alive: spec.requestSettings.keepAlive || undefined,
      slow_start_seconds: spec.requestSettings.slowStartSeconds || undefined,
    },
    liveness_probe: probe(spec.livenessProbe),
    readiness_probe: probe(spec.readinessProbe),
    app_insights_enabled: spec.appInsightsEnabled,
  };
}
