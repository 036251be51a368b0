import { AbortMultipartUploadCommand, DeleteObjectCommand, ListMultipartUploadsCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import type { ArtifactSweeper, OldBlob } from "../sweeper";
import { asking, headObject, type ArtifactBucket } from "./bucket";
import { copyObject } from "./copy";

async function listOlderUnder(bucket: ArtifactBucket, prefix: string, olderThanMs: number): Promise<Map<string, OldBlob>> {
  const found = new Map<string, OldBlob>();
  for await (const page of paginateListObjectsV2({ client: bucket.client }, { Bucket: bucket.bucket, Prefix: prefix }))
    for (const { Key: key = "", LastModified: at, Size: sizeBytes = 0 } of page.Contents ?? []) {
      const sha256 = key.split("/").at(-1) ?? "";
      if (at !== undefined && at.getTime() < olderThanMs) found.set(sha256, { sha256, sizeBytes });
    }
  return found;
}

/** Multipart uploads that ended with their process: their parts cost storage and are seen by nobody. */
async function abortAbandoned(bucket: ArtifactBucket, olderThanMs: number, limit: number): Promise<number> {
  const { client, bucket: name } = bucket;
  const { Uploads: uploads = [] } = await asking(() => client.send(new ListMultipartUploadsCommand({ Bucket: name, Prefix: bucket.blobPrefix })));
  const old = uploads.filter((upload) => (upload.Initiated?.getTime() ?? Infinity) < olderThanMs).slice(0, limit);
  for (const upload of old)
    await asking(() => client.send(new AbortMultipartUploadCommand({ Bucket: name, Key: upload.Key ?? "", UploadId: upload.UploadId ?? "" })));
  return old.length;
}

/**
 * As a bucket has no atomic "remove if old": a blob is first set aside, where the store still finds it, and only removed from there when nobody came
 * to name it for the whole time once more. A put that meets a removal stores the blob anew or finds it aside; no order of the two loses it.
 * `local` sweeps the files that puts pass through.
 */
export function createS3ArtifactSweeper(bucket: ArtifactBucket, local: ArtifactSweeper): ArtifactSweeper {
  const remove = (key: string) => asking(() => bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key: key })));
  return {
    listOlder: (olderThanMs) =>
      asking(async () => {
        const [blobs, aside] = await Promise.all([
          listOlderUnder(bucket, bucket.blobPrefix, olderThanMs),
          listOlderUnder(bucket, bucket.asidePrefix, olderThanMs),
        ]);
        return [...new Map([...aside, ...blobs]).values()];
      }),

    async removeOlder(sha256, olderThanMs) {
      const [key, asideKey] = [bucket.blobKey(sha256), bucket.asideKey(sha256)];
      const blob = await headObject(bucket, key);
      if (blob !== null) {
        if (blob.modifiedMs >= olderThanMs) return false;
        await copyObject(bucket, key, asideKey, blob.sizeBytes);
        await remove(key);
        return true;
      }
      const aside = await headObject(bucket, asideKey);
      if (aside === null || aside.modifiedMs >= olderThanMs) return false;
      await remove(asideKey);
      return true;
    },

    async removeAbandoned(olderThanMs, limit) {
      const files = await local.removeAbandoned(olderThanMs, limit);
      return files + (await abortAbandoned(bucket, olderThanMs, limit - files));
    },

    // Nothing to put back: what lies aside is found there.
    recover: () => local.recover(),
  };
}
