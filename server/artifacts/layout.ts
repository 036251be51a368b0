import path from "node:path";
import { artifactMissing } from "./errors";

const digestPattern = /^[0-9a-f]{64}$/;

export const isDigest = (text: string): boolean => digestPattern.test(text);

/** Where a store keeps what: whole blobs, unfinished ones, and those that a sweep takes away. All on one file system, so that a rename is atomic. */
export const artifactFolders = (root: string): { readonly blobs: string; readonly temporary: string; readonly aside: string } => ({
  blobs: path.join(root, "sha256"),
  temporary: path.join(root, "tmp"),
  aside: path.join(root, "aside"),
});

/** The file of a blob; throws `artifact.missing` for what is no digest. */
export function blobFile(root: string, sha256: string): string {
  if (!isDigest(sha256)) throw artifactMissing(sha256.slice(0, 12));
  return path.join(artifactFolders(root).blobs, sha256.slice(0, 2), sha256);
}
