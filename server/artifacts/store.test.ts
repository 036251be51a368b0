import { chown, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

/** As on a host: the control plane is root, the studio is not, and both store into one folder. */
describe.runIf(process.getuid?.() === 0)("the artifact store of root and of an account", () => {
  const account = { uid: 65_534, gid: 65_534 };
  beforeEach(() => chown(root, account.uid, account.gid));
  const pieces = async function* (text: string) {
    await Promise.resolve();
    yield Buffer.from(text);
  };

  it("gives all that root stores to the account that the folder belongs to", async () => {
    const { sha256 } = await createArtifactStore(root).put(pieces("of root"));
    await harness.sweeper.removeOlder((await createArtifactStore(root).put(pieces("soon gone"))).sha256, Date.now() + 60_000);
    const names = await readdir(root, { recursive: true });
    expect(names).toEqual(expect.arrayContaining(["tmp", "aside", path.join("sha256", sha256.slice(0, 2), sha256)]));
    for (const name of names) expect(await stat(path.join(root, name)), name).toMatchObject(account);
    expect((await stat(path.dirname(blobFile(root, sha256)))).mode & 0o777).toBe(0o750);
  });

  it("makes a folder that many puts want at once, once and whole", async () => {
    for (let round = 0; round < 20; round += 1) {
      const stores = await Promise.all(Array.from({ length: 20 }, () => createArtifactStore(root).put(pieces(`the same ${String(round)}`))));
      expect(new Set(stores.map(({ sha256 }) => sha256)).size).toBe(1);
      await rm(path.join(root, "sha256"), { recursive: true });
    }
    expect(await readdir(path.join(root, "tmp"))).toEqual([]);
  });
});
