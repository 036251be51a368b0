import type { OwnedResources } from "#server/drivers/compute-driver";

export interface SweepKnowledge {
  /** Instances whose container may exist, deployments that exist, references and hashes in use. */
  readonly instanceIds: ReadonlySet<string>;
  readonly deploymentIds: ReadonlySet<string>;
  readonly imageRefs: ReadonlySet<string>;
  /** Hashes of the current volumes by deployment; those of other hashes are of former specs. Absent before the first staging. */
  readonly stagedHashes: ReadonlyMap<string, ReadonlySet<string>>;
  /** Volumes that containers mount. */
  readonly mountedVolumes: ReadonlySet<string>;
}

export interface SweepPlan {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly images: readonly string[];
}

/** Things younger than this may belong to a write that has not been seen yet. */
export const graceMs = 10 * 60_000;
/** An image nobody uses is kept for a week: going back to it is then quick. */
const imageGraceMs = 7 * 24 * 3_600_000;
/** At most this many of each kind in one sweep, so that a mistake stays small and an engine is not flooded. */
export const batch = 20;

/** What carries our labels and belongs to nothing that we know. Pure; carrying it out is the sweep's. */
export function planSweep(owned: OwnedResources, known: SweepKnowledge, now: number): SweepPlan {
  const old = (createdAt: number, grace: number): boolean => now - createdAt > grace;
  const containers = owned.instances.filter((one) => !known.instanceIds.has(one.instanceId) && (one.startedAt === null || old(one.startedAt, graceMs)));
  const keepVolume = (volume: OwnedResources["volumes"][number]): boolean => {
    const staged = known.stagedHashes.get(volume.deploymentId);
    return known.mountedVolumes.has(volume.name) || (known.deploymentIds.has(volume.deploymentId) && (staged === undefined || staged.has(volume.contentHash)));
  };
  return {
    containers: containers.slice(0, batch).map((one) => one.instanceId),
    volumes: owned.volumes
      .filter((volume) => !keepVolume(volume) && old(volume.createdAt, graceMs))
      .slice(0, batch)
      .map((volume) => volume.name),
    networks: owned.networks
      .filter((network) => !known.deploymentIds.has(network.deploymentId))
      .slice(0, batch)
      .map((network) => network.deploymentId),
    images: owned.images
      .filter((image) => !known.imageRefs.has(image.reference) && old(image.createdAt, imageGraceMs))
      .slice(0, batch)
      .map((image) => image.reference),
  };
}
