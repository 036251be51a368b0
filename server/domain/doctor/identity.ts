import { specIdentity } from "../deployment/spec-identity";
import type { DeploymentSpec } from "../deployment/types";
import { canonicalJson } from "../routing/canonical-json";

/** Text that is equal for two specs exactly when a report on the one speaks of the other as well: what a container is told, and the probes. */
export const trialIdentity = (spec: DeploymentSpec): string =>
  canonicalJson({ spec: specIdentity(spec), livenessProbe: spec.livenessProbe, readinessProbe: spec.readinessProbe });
