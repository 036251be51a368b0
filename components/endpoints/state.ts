import type { EndpointDto } from "../../server/contract/endpoint";
import { isMovingState } from "../queries/polling";

export interface ShownState {
  /** A word that `StateBadge` knows. */
  readonly state: string;
  readonly word?: string;
  /** Why, in one sentence; empty when there is nothing to say. */
  readonly sentence: string;
}

type Judged = Pick<EndpointDto, "provisioningState" | "generation" | "observedGeneration" | "receipt"> & {
  readonly conditions: readonly EndpointDto["conditions"][number][];
  readonly deployments: readonly EndpointDto["deployments"][number][];
};

const underWay: Readonly<Record<string, string>> = {
  Creating: "Its address and keys are being made.",
  Updating: "The last change is being put in force.",
  Deleting: "Its deployments end, then it is gone.",
};

/** An endpoint's wish and truth as one word: what the platform is doing first, then whether requests can be answered. */
export function endpointState(endpoint: Judged): ShownState {
  const { provisioningState: state } = endpoint;
  const ready = endpoint.conditions.find((condition) => condition.type === "Ready");
  if (state === "Failed") return { state, sentence: ready?.message ?? endpoint.conditions.find((condition) => condition.status === "False")?.message ?? "" };
  if (state !== "Succeeded") return { state, sentence: underWay[state] ?? "" };
  if (endpoint.observedGeneration < endpoint.generation) return { state: "Updating", sentence: "The last change is not in force yet." };
  if (endpoint.deployments.length === 0)
    return { state: "Unknown", word: "No deployment", sentence: "There is no deployment, so requests are answered with 404." };
  const moving = endpoint.deployments.find(
    (deployment) => deployment.percent > 0 && deployment.instancesReady === 0 && isMovingState(deployment.provisioningState),
  );
  if (moving !== undefined) return { state: "Updating", sentence: `${moving.name} gets its share once an instance is ready.` };
  const broken = endpoint.deployments.find((deployment) => deployment.percent > 0 && deployment.instancesReady === 0);
  if (broken !== undefined) return { state: "Degraded", sentence: broken.problem ?? `${broken.name} has traffic and no ready instance.` };
  if (endpoint.receipt?.state === "refused") return { state: "Degraded", sentence: endpoint.receipt.refusedReason ?? "A gateway refused the last change." };
  if (endpoint.deployments.every((deployment) => deployment.percent === 0))
    return { state: "Stopped", word: "No traffic", sentence: "No deployment has a share of the traffic, so unpinned requests are answered with 404." };
  const certificates = endpoint.conditions.find((condition) => condition.type === "CertificatesValid" && condition.status === "False");
  if (certificates?.reason === "CertificateEnded") return { state: "Degraded", word: "Certificate ended", sentence: certificates.message };
  return { state: "Ready", sentence: certificates?.message ?? "" };
}
