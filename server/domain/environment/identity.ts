import type { EnvironmentSpec } from "./types";

/**
 * Text that is equal for two versions exactly when one image serves both; hash it for the content hash. The workspace belongs to it, because
 * an image that one workspace's credentials brought here is not for another. `contextDigest` is that of the context's files, or null.
 */
export function environmentIdentity(workspaceId: string, spec: EnvironmentSpec, contextDigest: string | null): string {
  const { image, condaFile, requirements, dockerfile, buildArgs, condaSolver } = spec;
  return JSON.stringify([
    workspaceId,
    image,
    condaFile,
    requirements,
    ...(dockerfile === null ? [] : [dockerfile, contextDigest, Object.entries(buildArgs).sort()]),
    ...(condaFile === null || condaSolver === "auto" ? [] : [condaSolver]),
  ]);
}
