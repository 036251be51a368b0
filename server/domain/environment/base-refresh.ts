import type { BuildCandidate } from "./build-choice";
import type { PinnedBase } from "./image-pin";

/** Images of the platform that environments stand on, by the name that builds record. */
export const platformBases = ["platform", "platform-inference"] as const;
export type PlatformBase = (typeof platformBases)[number];

/** What a refresh made of one of them. */
export interface RefreshedBase {
  readonly name: PlatformBase;
  /** The product's image that it was made from; another release of the product has another. */
  readonly source: string;
  readonly reference: string;
  readonly id: string;
  /** Hash over what is installed in it. */
  readonly packages: string;
  /** When what is installed in it last changed by a refresh; 0 for the product's own image. Unix milliseconds. */
  readonly since: number;
}

/** The refreshed image of that name, unless it was made for another release of the product. */
export const refreshedOf = (images: readonly RefreshedBase[], name: PlatformBase, source: string): RefreshedBase | null =>
  images.find((image) => image.name === name && image.source === source) ?? null;

/**
 * A Dockerfile that brings everything that the system's package manager installed up to date. `token` keeps the builder from an old answer. Without the error
 * mode, lists that could not be fetched would count as nothing new.
 */
export const refreshDockerfile = (reference: string, token: string, user: string): string => `FROM ${reference}
USER root
RUN : ${token} \\
 && apt-get -o APT::Update::Error-Mode=any update \\
 && DEBIAN_FRONTEND=noninteractive apt-get upgrade -y --no-install-recommends \\
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
USER ${user}
`;

/** When the next refresh is due; null when it never is. `madeAt` is the age of the product's own base, null when that is unknown. */
export function refreshDueAt(everyMs: number | null, madeAt: number | null, lastAt: number | null): number | null {
  const from = Math.max(madeAt ?? 0, lastAt ?? 0);
  return everyMs === null || from === 0 ? null : from + everyMs;
}

export interface BuildOnBases extends BuildCandidate {
  readonly bases: readonly PinnedBase[];
  readonly createdAt: number;
}

/**
 * The image that a refresh leaves behind, given all of one environment: the newest good one, when one of its bases changed since and nobody has tried to
 * build upon the new one yet.
 */
export function behindRefresh<T extends BuildOnBases>(builds: readonly T[], current: readonly RefreshedBase[]): T | null {
  const [newest] = [...builds].sort((a, b) => b.revision - a.revision);
  if (newest === undefined || newest.state === "Queued" || newest.state === "Building") return null;
  const [good] = builds.filter(({ state }) => state === "Succeeded").sort((a, b) => b.revision - a.revision);
  if (good === undefined) return null;
  const moved = good.bases.some(({ reference, digest }) =>
    current.some(({ name, id, since }) => name === reference && since > 0 && id !== digest && newest.createdAt < since),
  );
  return moved ? good : null;
}

export const rollPolicies = ["manual", "automatic"] as const;
/** Whether deployments move to a refreshed image by themselves. */
export type RollPolicy = (typeof rollPolicies)[number];
