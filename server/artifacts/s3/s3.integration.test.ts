import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestS3, type TestS3 } from "#server/testing/s3";
import { artifactContract, chunked, collect, type ArtifactHarness } from "../contract/suite";
import { createArtifactSweeper } from "../sweeper";
import { openBucket, type ArtifactBucket } from "./bucket";
import { createS3ArtifactStore } from "./store";
import { createS3ArtifactSweeper } from "./sweeper";

let server: TestS3;
let root: string;
let bucket: ArtifactBucket;
let harness: ArtifactHarness;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  server = await startTestS3();
  root = await mkdtemp(path.join(tmpdir(), "sluice-s3-store-"));
  bucket = openBucket(await server.createBucket(), "one/installation");
  harness = {
    root,
    store: createS3ArtifactStore(root, bucket),
    sweeper: createS3ArtifactSweeper(bucket, createArtifactSweeper(root)),
    damage: async (sha256, content) => {
      await bucket.client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key: bucket.blobKey(sha256), Body: content }));
    },
    // Buckets tell times in whole seconds.
    async betweenMs() {
      await pause(1100);
      const moment = Math.ceil(Date.now() / 1000) * 1000;
      await pause(moment - Date.now() + 50);
      return moment;
    },
  };
}, 120_000);
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await server.close();
});

describe("the artifact store in a bucket", () => {
  artifactContract(() => harness);

  it("finds what a sweep set aside until it is removed from there", async () => {
    const { sha256 } = await harness.store.put(chunked(Buffer.from("set aside")));
    const moment = await harness.betweenMs();
    expect(await harness.sweeper.removeOlder(sha256, moment)).toBe(true);
    expect(String(await collect(await harness.store.open(sha256)))).toBe("set aside");
    // What lies aside is young there: only another whole while ends it.
    expect(await harness.sweeper.removeOlder(sha256, moment)).toBe(false);
    const later = await harness.betweenMs();
    expect((await harness.sweeper.listOlder(later)).map((blob) => blob.sha256)).toContain(sha256);
    expect(await harness.sweeper.removeOlder(sha256, later)).toBe(true);
    await expect(harness.store.open(sha256)).rejects.toMatchObject({ code: "artifact.missing" });
  });

  it("shows nothing of an upload that ended with its process, and sweeps its parts", async () => {
    const target = { Bucket: bucket.bucket, Key: bucket.blobKey("ab".repeat(32)) };
    const { UploadId } = await bucket.client.send(new CreateMultipartUploadCommand(target));
    await bucket.client.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: Buffer.alloc(5 * 1024 * 1024) }));
    expect(await harness.store.has("ab".repeat(32))).toBe(false);
    expect(await harness.sweeper.removeAbandoned(0, 10)).toBe(0);
    expect(await harness.sweeper.removeAbandoned(await harness.betweenMs(), 10)).toBe(1);
    expect((await bucket.client.send(new ListMultipartUploadsCommand({ Bucket: bucket.bucket }))).Uploads ?? []).toEqual([]);
  });

  it("keeps installations of one bucket apart", async () => {
    const other = openBucket(await server.createBucket().then((settings) => ({ ...settings, bucket: bucket.bucket })), "other");
    const { sha256 } = await harness.store.put(chunked(Buffer.from("mine")));
    expect(await createS3ArtifactStore(root, other).has(sha256)).toBe(false);
  });

  it("says that the storage is away, without its keys, and goes on when it is back", async () => {
    const content = Buffer.alloc(30 * 1024 * 1024, "x");
    const { sha256 } = await harness.store.put(chunked(content, 1024 * 1024));
    await server.kill();
    const failure = await harness.store.has(sha256).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "artifact.store_unavailable", kind: "unavailable" });
    expect(JSON.stringify(failure)).not.toContain(server.secretAccessKey);
    await server.restart();
    expect((await collect(await harness.store.open(sha256))).byteLength).toBe(content.length);
  }, 180_000);

  it("refuses wrong keys as unavailable", async () => {
    const wrong = openBucket({ ...(await server.createBucket()), secretAccessKey: "wrong" }, "");
    await expect(createS3ArtifactStore(root, wrong).put(chunked(Buffer.from("x")))).rejects.toMatchObject({ code: "artifact.store_unavailable" });
  });
});
