import type { InstanceRunSpec, NetworkSpec, StageSpec } from "../compute-driver";

/** Every label of ours starts so; on images of users such labels mean nothing and are overridden. */
const prefix = "io.sluice.";

export const labelNames = {
  installation: `${prefix}installation`,
  kind: `${prefix}kind`,
  instance: `${prefix}instance`,
  deployment: `${prefix}deployment`,
  specHash: `${prefix}spec-hash`,
  contentHash: `${prefix}content-hash`,
  subnet: `${prefix}subnet`,
} as const;

/** Names the platform's images, which set-up makes; not one installation's, so it is no label of `Ownership`. */
export const platformImageLabel = `${prefix}image`;

export type ResourceKind = "instance" | "carrier" | "initializer" | "network" | "volume" | "image" | "build" | "inspector";
export type Labels = Readonly<Record<string, string>>;

/** All labels are always set, so that a container never inherits one from its image. */
function labelsOf(
  installation: string,
  kind: ResourceKind,
  values: Partial<Record<"instance" | "deployment" | "specHash" | "contentHash" | "subnet", string>> = {},
): Labels {
  return {
    [labelNames.installation]: installation,
    [labelNames.kind]: kind,
    [labelNames.instance]: values.instance ?? "",
    [labelNames.deployment]: values.deployment ?? "",
    [labelNames.specHash]: values.specHash ?? "",
    [labelNames.contentHash]: values.contentHash ?? "",
    [labelNames.subnet]: values.subnet ?? "",
  };
}

/** Names and labels of everything that one installation owns, built here and read back here. */
export class Ownership {
  constructor(readonly installation: string) {}

  containerName(instanceId: string): string {
    return `sluice-${this.installation}-${instanceId}`;
  }
  networkName(deploymentId: string): string {
    return `sluice-${this.installation}-${deploymentId}`;
  }
  volumeName(deploymentId: string, contentHash: string): string {
    return `sluice-${this.installation}-${deploymentId}-${contentHash.slice(0, 16)}`;
  }
  /** Container that stages into a volume: a carrier or an initializer. */
  stagerName(kind: "carrier" | "initializer", volume: string): string {
    return `${volume}-${kind}`;
  }
  get buildNetworkName(): string {
    return `sluice-${this.installation}-build`;
  }
  imageTag(repository: string, contentHash: string): string {
    return `${repository}:${contentHash.slice(0, 32)}`;
  }

  instanceLabels(spec: InstanceRunSpec): Labels {
    return labelsOf(this.installation, "instance", { instance: spec.instanceId, deployment: spec.deploymentId, specHash: spec.specHash });
  }
  networkLabels(spec: NetworkSpec): Labels {
    return labelsOf(this.installation, "network", { deployment: spec.deploymentId, subnet: spec.subnet });
  }
  volumeLabels(spec: StageSpec): Labels {
    return labelsOf(this.installation, "volume", { deployment: spec.deploymentId, contentHash: spec.contentHash });
  }
  stagerLabels(kind: "carrier" | "initializer", spec: StageSpec): Labels {
    return labelsOf(this.installation, kind, { deployment: spec.deploymentId, contentHash: spec.contentHash });
  }
  imageLabels(contentHash: string): Labels {
    return labelsOf(this.installation, "image", { contentHash });
  }
  /** Container that lists an image's packages; `turn` keeps two that list the same image at once apart. */
  inspectorName(turn: string): string {
    return `sluice-${this.installation}-inspector-${turn}`;
  }
  inspectorLabels(): Labels {
    return labelsOf(this.installation, "inspector");
  }
  buildNetworkLabels(): Labels {
    return labelsOf(this.installation, "build");
  }

  /** Filter for list calls and events: this installation, and one kind when given. */
  filter(kind?: ResourceKind): { label: string[] } {
    const installation = `${labelNames.installation}=${this.installation}`;
    return { label: kind === undefined ? [installation] : [installation, `${labelNames.kind}=${kind}`] };
  }

  owns(labels: Labels | null | undefined, kind: ResourceKind): boolean {
    return labels?.[labelNames.installation] === this.installation && labels[labelNames.kind] === kind;
  }
  /** Labels can be forged by whoever starts a container by hand; the name cannot belong to two. */
  ownsInstance(labels: Labels | null | undefined, name: string): boolean {
    return this.owns(labels, "instance") && name.replace(/^\//, "") === this.containerName(labels?.[labelNames.instance] ?? "");
  }
}

/** The value of one of our labels, empty when absent. */
export const labelValue = (labels: Labels | null | undefined, name: keyof typeof labelNames): string => labels?.[labelNames[name]] ?? "";
