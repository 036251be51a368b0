import path from "node:path";
import type { Settings } from "#server/kernel/env";
import { openBucket } from "./s3/bucket";
import { createS3ArtifactStore } from "./s3/store";
import { createS3ArtifactSweeper } from "./s3/sweeper";
import { createArtifactStore, type ArtifactStore } from "./store";
import { createArtifactSweeper, type ArtifactSweeper } from "./sweeper";

/** The store that the settings choose, and the sweeper that belongs to it. */
export function openArtifacts(settings: Pick<Settings, "home" | "artifactBucket">): { readonly store: ArtifactStore; readonly sweeper: ArtifactSweeper } {
  const root = path.join(settings.home, "artifacts");
  if (settings.artifactBucket === null) return { store: createArtifactStore(root), sweeper: createArtifactSweeper(root) };
  const bucket = openBucket(settings.artifactBucket, settings.artifactBucket.prefix);
  return { store: createS3ArtifactStore(root, bucket), sweeper: createS3ArtifactSweeper(bucket, createArtifactSweeper(root)) };
}
