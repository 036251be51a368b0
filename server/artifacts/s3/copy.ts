import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { asking, type ArtifactBucket } from "./bucket";

/** What one call may copy is 5 GiB; larger objects go in parts of this size. */
const partBytes = 1024 ** 3;

async function copyParts(bucket: ArtifactBucket, from: string, to: string, sizeBytes: number): Promise<void> {
  const { client } = bucket;
  const target = { Bucket: bucket.bucket, Key: to };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  try {
    const parts: { ETag: string; PartNumber: number }[] = [];
    for (let start = 0; start < sizeBytes; start += partBytes) {
      const range = `bytes=${String(start)}-${String(Math.min(start + partBytes, sizeBytes) - 1)}`;
      const part = { ...target, UploadId, PartNumber: parts.length + 1, CopySource: `${bucket.bucket}/${from}`, CopySourceRange: range };
      const { CopyPartResult } = await client.send(new UploadPartCopyCommand(part));
      parts.push({ ETag: CopyPartResult?.ETag ?? "", PartNumber: part.PartNumber });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: parts } }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => undefined);
    throw error;
  }
}

/** Copies within the bucket, without the bytes coming here. */
export async function copyObject(bucket: ArtifactBucket, from: string, to: string, sizeBytes: number): Promise<void> {
  await asking(async () => {
    if (sizeBytes > partBytes) await copyParts(bucket, from, to, sizeBytes);
    else await bucket.client.send(new CopyObjectCommand({ Bucket: bucket.bucket, Key: to, CopySource: `${bucket.bucket}/${from}` }));
  });
}
