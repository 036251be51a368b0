import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import { HeadObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { artifactStoreUnavailable } from "../errors";

/** Where a bucket is and what opens it. */
export interface BucketSettings {
  /** Null for Amazon's own service. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface ArtifactBucket {
  readonly client: S3Client;
  readonly bucket: string;
  /** Key of a blob; blobs that a sweep took away lie apart for a while. */
  blobKey(sha256: string): string;
  asideKey(sha256: string): string;
  readonly blobPrefix: string;
  readonly asidePrefix: string;
}

/** Longer silence than this is a server that is gone; transfers themselves may take as long as they need. */
const silenceMs = 60_000;

/** `agents` are those of Node, for connections that go only where they may. */
export const connectS3 = (
  settings: Omit<BucketSettings, "bucket">,
  agents: { readonly httpAgent?: HttpAgent; readonly httpsAgent?: HttpsAgent } = {},
): S3Client =>
  new S3Client({
    region: settings.region,
    credentials: { accessKeyId: settings.accessKeyId, secretAccessKey: settings.secretAccessKey },
    maxAttempts: 5,
    // Servers other than Amazon's do not know its newest checksums; ours is the SHA-256 that names the blob.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: 10_000, socketTimeout: silenceMs, ...agents },
    ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
  });

/** `prefix` keeps several installations apart in one bucket. */
export function openBucket(settings: BucketSettings, prefix: string): ArtifactBucket {
  const root = prefix === "" ? "" : `${prefix.replace(/\/+$/, "")}/`;
  const keyIn = (folder: string) => (sha256: string) => `${root}${folder}/${sha256.slice(0, 2)}/${sha256}`;
  return {
    client: connectS3(settings),
    bucket: settings.bucket,
    blobKey: keyIn("sha256"),
    asideKey: keyIn("aside"),
    blobPrefix: `${root}sha256/`,
    asidePrefix: `${root}aside/`,
  };
}

export const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && (error.name === "NoSuchKey" || error.name === "NotFound" || error.$metadata.httpStatusCode === 404);

/** What the storage says, as ours: never with its credentials, always with its own words in the log. */
export async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isMissing(error)) throw error;
    throw artifactStoreUnavailable(error);
  }
}

/** When and how large, or null when there is none of that key. */
export async function headObject(bucket: ArtifactBucket, key: string): Promise<{ readonly modifiedMs: number; readonly sizeBytes: number } | null> {
  try {
    const head = await asking(() => bucket.client.send(new HeadObjectCommand({ Bucket: bucket.bucket, Key: key })));
    return { modifiedMs: head.LastModified?.getTime() ?? 0, sizeBytes: head.ContentLength ?? 0 };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
