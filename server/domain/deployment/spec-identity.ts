import { canonicalJson } from "../routing/canonical-json";
import type { DeploymentSpec } from "./types";

/**
 * Text that is equal for two specs exactly when an instance of the one is as good as an instance of the other: hash it for `specHash`.
 * Left out is what no container is told: count, description, tags, the App Insights switch, probes (ours) and concurrency,
 * queue wait, kept connections and slow start (the gateway's).
 */
export function specIdentity(spec: DeploymentSpec): string {
  const { modelVersionId, codeConfiguration, environmentVersionId, environmentVariables, instanceType, modelMountPath, requestSettings } = spec;
  return canonicalJson({
    modelVersionId,
    codeConfiguration,
    environmentVersionId,
    environmentVariables,
    instanceType,
    modelMountPath,
    requestTimeoutMs: requestSettings.requestTimeoutMs,
  });
}
