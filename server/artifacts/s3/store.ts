import { createReadStream } from "node:fs";
import { DeleteObjectCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { artifactMissing, artifactStoreUnavailable } from "../errors";
import { isDigest } from "../layout";
import { withTemporaryFile } from "../local-files";
import { verified, type ArtifactStore } from "../store";
import { asking, headObject, isMissing, type ArtifactBucket } from "./bucket";

/** Two parts in flight: 32 MiB of memory for an upload of any size, and 10,000 parts reach far beyond the largest upload. */
const partBytes = 16 * 1024 * 1024;
const partsInFlight = 2;
/** How often a transfer that broke off in the middle goes on from there. */
const resumes = 5;

async function send(bucket: ArtifactBucket, key: string, file: string): Promise<void> {
  // A multipart upload becomes visible as a whole or not at all. When it fails its parts are removed; those of a killed process by the sweep.
  const upload = new Upload({
    client: bucket.client,
    params: { Bucket: bucket.bucket, Key: key, Body: createReadStream(file, { highWaterMark: 1024 * 1024 }) },
    partSize: partBytes,
    queueSize: partsInFlight,
    leavePartsOnError: false,
  });
  await asking(() => upload.done());
}

export async function bodyFrom(bucket: ArtifactBucket, key: string, offset: number): Promise<AsyncIterable<Uint8Array>> {
  const range = offset === 0 ? {} : { Range: `bytes=${String(offset)}-` };
  const { Body } = await asking(() => bucket.client.send(new GetObjectCommand({ Bucket: bucket.bucket, Key: key, ...range })));
  if (Body === undefined) throw artifactStoreUnavailable(new Error("the answer has no body"));
  return Body as AsyncIterable<Uint8Array>;
}

/** Goes on where a line broke; what comes of it is verified as one. */
export async function* resuming(bucket: ArtifactBucket, key: string, sizeBytes: number, first: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let body = first;
  for (let attempt = 0; ; attempt += 1) {
    try {
      for await (const chunk of body) {
        offset += chunk.byteLength;
        yield chunk;
      }
      if (offset >= sizeBytes) return;
    } catch (error) {
      if (attempt >= resumes) throw artifactStoreUnavailable(error);
    }
    if (attempt >= resumes) throw artifactStoreUnavailable(new Error(`the transfer ended after ${String(offset)} of ${String(sizeBytes)} bytes`));
    body = await bodyFrom(bucket, key, offset);
  }
}

/** The key under which a blob can be read now: its own, or the one where a sweep set it aside. */
async function find(bucket: ArtifactBucket, sha256: string): Promise<{ readonly key: string; readonly sizeBytes: number } | null> {
  if (!isDigest(sha256)) return null;
  for (const key of [bucket.blobKey(sha256), bucket.asideKey(sha256)]) {
    const head = await headObject(bucket, key);
    if (head !== null) return { key, sizeBytes: head.sizeBytes };
  }
  return null;
}

/** Blobs in a bucket. What is put passes through a file below `root`, since its name is known only at its end. */
export function createS3ArtifactStore(root: string, bucket: ArtifactBucket): ArtifactStore {
  return {
    put: (content, options = {}) =>
      withTemporaryFile(root, content, options, async (file, stored) => {
        // Also over an equal blob: that mends a damaged one, and makes it young again for a sweep that runs now.
        await send(bucket, bucket.blobKey(stored.sha256), file);
        return stored;
      }),
    async open(sha256) {
      const found = await find(bucket, sha256);
      if (found === null) throw artifactMissing(sha256.slice(0, 64));
      const first = await bodyFrom(bucket, found.key, 0).catch((error: unknown) => {
        throw isMissing(error) ? artifactMissing(sha256) : error;
      });
      return verified(sha256, resuming(bucket, found.key, found.sizeBytes, first));
    },
    has: async (sha256) => (await find(bucket, sha256)) !== null,
    async remove(sha256) {
      if (!isDigest(sha256)) return;
      for (const key of [bucket.blobKey(sha256), bucket.asideKey(sha256)])
        await asking(() => bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key: key })));
    },
    withSpooled: (content, maxBytes, use) => withTemporaryFile(root, content, { maxBytes }, (file, { sizeBytes }) => use(file, sizeBytes)),
  };
}
