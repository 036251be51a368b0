import { mkdtemp, rm, utimes, writeFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe } from "vitest";
import { artifactContract, type ArtifactHarness } from "./contract/suite";
import { blobFile } from "./layout";
import { createArtifactStore } from "./store";
import { createArtifactSweeper } from "./sweeper";

let root: string;
let harness: ArtifactHarness;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sluice-artifacts-"));
  harness = {
    root,
    store: createArtifactStore(root),
    sweeper: createArtifactSweeper(root),
    damage: (sha256, content) => writeFile(blobFile(root, sha256), content),
    async betweenMs() {
      const blobs = await readdir(path.join(root, "sha256"), { recursive: true, withFileTypes: true }).catch(() => []);
      for (const blob of blobs.filter((entry) => entry.isFile())) await utimes(path.join(blob.parentPath, blob.name), 1000, 1000);
      return 2_000_000;
    },
  };
});
afterEach(() => rm(root, { recursive: true }));

describe("the artifact store on local disk", () => artifactContract(() => harness));
