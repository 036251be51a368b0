/** One image of an environment, as far as choosing among them goes. */
export interface BuildCandidate {
  readonly id: string;
  readonly revision: number;
  readonly state: "Queued" | "Building" | "Succeeded" | "Failed" | "Canceled";
}

const newest = <T extends BuildCandidate>(builds: readonly T[]): T | null =>
  builds.reduce<T | null>((best, build) => (best === null || best.revision < build.revision ? build : best), null);

/** The image that a deployment takes now: the newest, unless that came to nothing and an older one is there. Null when there is none at all. */
export function chooseBuild<T extends BuildCandidate>(builds: readonly T[]): T | null {
  const hopeful = builds.filter(({ state }) => state !== "Failed" && state !== "Canceled");
  return newest(hopeful) ?? newest(builds);
}

/** The image that a deployment could be rolled to: newer than the one it runs, and ready. */
export function newerBuild<T extends BuildCandidate>(builds: readonly T[], current: Pick<BuildCandidate, "revision">): T | null {
  return newest(builds.filter(({ state, revision }) => state === "Succeeded" && revision > current.revision));
}
