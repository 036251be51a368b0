import type { OwnedResources, PlatformImage } from "#server/drivers/compute-driver";

export interface SweepKnowledge {
  /** Instances whose container may exist, and deployments that exist. */
  readonly instanceIds: ReadonlySet<string>;
  readonly deploymentIds: ReadonlySet<string>;
  /** Hashes of the current volumes by deployment; those of other hashes are of former specs. Absent before the first staging. */
  readonly stagedHashes: ReadonlyMap<string, ReadonlySet<string>>;
  /** Volumes that containers mount. */
  readonly mountedVolumes: ReadonlySet<string>;
}

export interface ImageKnowledge {
  readonly inUse: ReadonlySet<string>;
  readonly policy: {
    /** Of the unused images of one kind, this many of the newest stay. */
    readonly keep: number;
    /** Younger ones stay: going back to one is then quick. Milliseconds. */
    readonly keepMs: number;
  };
}

export interface SweepPlan {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly images: readonly string[];
  readonly inspectors: readonly string[];
}

/** Things younger than this may belong to a write that has not been seen yet. */
export const graceMs = 10 * 60_000;
/** At most this many of each kind in one sweep, so that a mistake stays small and an engine is not flooded. */
export const batch = 20;

/** What carries our labels and belongs to nothing that we know. Pure; carrying it out is the sweep's. */
export function planSweep(owned: OwnedResources, known: SweepKnowledge, now: number): Omit<SweepPlan, "images"> {
  const old = (createdAt: number): boolean => now - createdAt > graceMs;
  const containers = owned.instances.filter((one) => !known.instanceIds.has(one.instanceId) && (one.startedAt === null || old(one.startedAt)));
  const keepVolume = (volume: OwnedResources["volumes"][number]): boolean => {
    const staged = known.stagedHashes.get(volume.deploymentId);
    return known.mountedVolumes.has(volume.name) || (known.deploymentIds.has(volume.deploymentId) && (staged === undefined || staged.has(volume.contentHash)));
  };
  return {
    containers: containers.slice(0, batch).map((one) => one.instanceId),
    volumes: owned.volumes
      .filter((volume) => !keepVolume(volume) && old(volume.createdAt))
      .slice(0, batch)
      .map((volume) => volume.name),
    networks: owned.networks
      .filter((network) => !known.deploymentIds.has(network.deploymentId))
      .slice(0, batch)
      .map((network) => network.deploymentId),
    inspectors: owned.inspectors
      .filter(({ createdAt }) => old(createdAt))
      .slice(0, batch)
      .map(({ name }) => name),
  };
}

type DatedImage = Pick<PlatformImage, "reference" | "createdAt">;

/** Images of environments and, each kind for itself, of the platform that nothing uses, is too old and too many. Oldest first. */
export function planImages(
  environments: readonly DatedImage[],
  platform: readonly PlatformImage[],
  { inUse, policy }: ImageKnowledge,
  now: number,
): readonly string[] {
  const kinds = [environments, ...[...new Set(platform.map((image) => image.name))].map((name) => platform.filter((image) => image.name === name))];
  const unused = kinds.flatMap((kind) =>
    kind
      .filter((image) => !inUse.has(image.reference))
      .sort((a, b) => b.createdAt - a.createdAt)
      .slice(policy.keep)
      .filter((image) => now - image.createdAt > policy.keepMs),
  );
  return unused
    .sort((a, b) => a.createdAt - b.createdAt)
    .slice(0, batch)
    .map((image) => image.reference);
}
