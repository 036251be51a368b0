import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";
import { HeadObjectCommand, ListBucketsCommand, paginateListObjectsV2, S3ServiceException } from "@aws-sdk/client-s3";
import { connectS3, type ArtifactBucket, type BucketSettings } from "./bucket";
import { bodyFrom, resuming } from "./store";

export interface BucketObject {
  /** Below the key that was asked for. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Why a bucket that belongs to somebody else cannot be read. */
export type BucketRefusal = "denied" | "missing" | "unreachable";

export function bucketRefusalOf(error: unknown): BucketRefusal {
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
  if (status === 404) return "missing";
  return status === 401 || status === 403 || status === 400 ? "denied" : "unreachable";
}

/** A bucket that people named, reached only at addresses that `lookup` permits. */
export function openForeignBucket(settings: BucketSettings, lookup: LookupFunction): ArtifactBucket {
  const options = { lookup, keepAlive: true };
  const agents = { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
  const key = (sha256: string): string => sha256;
  return { client: connectS3(settings, agents), bucket: settings.bucket, blobKey: key, asideKey: key, blobPrefix: "", asidePrefix: "" };
}

async function* contentOf(bucket: ArtifactBucket, key: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  yield* resuming(bucket, key, sizeBytes, await bodyFrom(bucket, key, 0));
}

/** One object, or those below a key that ends with a slash; at most `limit`, one more tells that there are too many. */
export async function listBucket(bucket: ArtifactBucket, key: string, limit: number): Promise<readonly BucketObject[]> {
  const object = (at: string, path: string, sizeBytes: number): BucketObject => ({ path, sizeBytes, open: () => contentOf(bucket, at, sizeBytes) });
  if (key !== "" && !key.endsWith("/")) {
    const head = await bucket.client.send(new HeadObjectCommand({ Bucket: bucket.bucket, Key: key }));
    return [object(key, key.split("/").at(-1) ?? key, head.ContentLength ?? 0)];
  }
  const found: BucketObject[] = [];
  for await (const page of paginateListObjectsV2({ client: bucket.client }, { Bucket: bucket.bucket, Prefix: key })) {
    for (const { Key: at = "", Size: sizeBytes = 0 } of page.Contents ?? []) if (!at.endsWith("/")) found.push(object(at, at.slice(key.length), sizeBytes));
    if (found.length > limit) break;
  }
  return found;
}

/** Whether the storage knows the keys; rejects when it cannot be asked. Keys that may not list buckets are known all the same. */
export async function tryKeys(bucket: ArtifactBucket): Promise<"Working" | "Denied"> {
  try {
    await bucket.client.send(new ListBucketsCommand({}));
    return "Working";
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    if (error.name === "AccessDenied") return "Working";
    if (bucketRefusalOf(error) === "denied") return "Denied";
    throw error;
  }
}
