import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blobFile } from "./layout";
import { createArtifactStore, type ArtifactStore } from "./store";
import { createArtifactSweeper, type ArtifactSweeper } from "./sweeper";

let root: string;
let store: ArtifactStore;
let sweeper: ArtifactSweeper;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sluice-sweeper-"));
  store = createArtifactStore(root);
  sweeper = createArtifactSweeper(root);
});
afterEach(() => rm(root, { recursive: true }));

const limit = 2_000_000;
const put = async (text: string): Promise<string> => (await store.put(Readable.from([Buffer.from(text)]))).sha256;
const putOld = async (text: string): Promise<string> => {
  const sha256 = await put(text);
  await utimes(blobFile(root, sha256), 1000, 1000);
  return sha256;
};

describe("an artifact sweeper", () => {
  it("finds and removes what was stored long ago, and nothing else", async () => {
    const old = await putOld("old");
    const young = await put("young");
    expect(await sweeper.listOlder(limit)).toEqual([{ sha256: old, sizeBytes: 3 }]);
    expect(await sweeper.removeOlder(old, limit)).toBe(true);
    expect(await sweeper.removeOlder(old, limit)).toBe(false);
    expect(await sweeper.removeOlder(young, limit)).toBe(false);
    expect([await store.has(old), await store.has(young)]).toEqual([false, true]);
    expect(await readdir(path.join(root, "aside"))).toEqual([]);
  });

  it("finds nothing in a store that nobody used yet", async () => {
    expect([await sweeper.listOlder(limit), await sweeper.removeAbandoned(limit, 10), await sweeper.recover()]).toEqual([[], 0, 0]);
  });

  it("never loses a blob that is stored again while it is taken away, in whatever order the two meet", async () => {
    const sha256 = await put("raced");
    const file = blobFile(root, sha256);
    const fresh = path.join(root, "tmp/fresh");
    for (let round = 0; round < 300; round += 1) {
      await utimes(file, 1000, 1000);
      await writeFile(fresh, "raced");
      // A put ends with exactly this step.
      await Promise.all([rename(fresh, file), sweeper.removeOlder(sha256, limit)]);
      expect(await store.has(sha256)).toBe(true);
    }
  });

  it("puts back what a sweep set aside before it was killed, unless it was stored again", async () => {
    const lost = await putOld("lost");
    const again = await putOld("again");
    await mkdir(path.join(root, "aside"), { recursive: true });
    for (const sha256 of [lost, again]) await rename(blobFile(root, sha256), path.join(root, "aside", sha256));
    await put("again");
    expect(await sweeper.recover()).toBe(2);
    expect(await sweeper.listOlder(limit)).toEqual([{ sha256: lost, sizeBytes: 4 }]);
    expect(await store.has(again)).toBe(true);
    expect(await readdir(path.join(root, "aside"))).toEqual([]);
  });

  it("removes at once what a killed process left unfinished, and nothing of one that works", async () => {
    const put =
      "import('./server/artifacts/store.ts').then(async ({ createArtifactStore }) => { await createArtifactStore(process.argv[1]).put((async function* () { yield Buffer.from('half'); console.log('begun'); await new Promise((resolve) => setTimeout(resolve, 60_000)); })()); })";
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", put, root], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const [unfinished] = await readdir(path.join(root, "tmp"));
    await writeFile(path.join(root, "tmp/of-who-knows-whom"), "half");
    expect(await sweeper.removeAbandoned(0, 10)).toBe(0);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await sweeper.removeAbandoned(0, 10)).toBe(1);
    expect(unfinished).toContain(`-${String(child.pid)}-`);
    expect(await readdir(path.join(root, "tmp"))).toEqual(["of-who-knows-whom"]);
  });

  it("leaves alone what is no blob, and removes unfinished files a batch at a time", async () => {
    await putOld("x");
    const stray = path.join(root, "sha256/notes.txt");
    await writeFile(stray, "mine");
    await utimes(stray, 1000, 1000);
    expect(await sweeper.listOlder(limit)).toEqual([{ sha256: createHash("sha256").update("x").digest("hex"), sizeBytes: 1 }]);
    for (const name of ["a", "b", "c"]) {
      await writeFile(path.join(root, "tmp", name), "half");
      await utimes(path.join(root, "tmp", name), 1000, 1000);
    }
    await writeFile(path.join(root, "tmp/now"), "half");
    expect(await sweeper.removeAbandoned(limit, 2)).toBe(2);
    expect(await sweeper.removeAbandoned(limit, 2)).toBe(1);
    expect(await readdir(path.join(root, "tmp"))).toEqual(["now"]);
  });
});
