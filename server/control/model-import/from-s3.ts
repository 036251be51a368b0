import { z } from "zod";
import { bucketRefusalOf, listBucket, openForeignBucket, type BucketRefusal } from "#server/artifacts/s3/source";
import type { ArtifactBucket } from "#server/artifacts/s3/bucket";
import type { ImportSource } from "#server/domain/import/types";
import type { ConnectionRow } from "#server/store/connections";
import type { ControlContext } from "../context";
import { TransientError } from "../runtime/outcome";
import { ImportFailure, type SourceListing } from "./failure";
import type { AddressGuard } from "./guard";

const sealedSchema = z.object({ password: z.string() });
const maxFiles = 10_000;

/** The connection's bucket; null when its secret cannot be opened. */
export async function foreignBucket(context: ControlContext, connection: ConnectionRow, bucket: string, guard: AddressGuard): Promise<ArtifactBucket | null> {
  const sealed = await context.store.connections.findSealed(connection.id);
  if (sealed === null) return null;
  guard.requireHost(new URL(connection.address).hostname);
  try {
    const { password } = sealedSchema.parse(JSON.parse(context.vault.unseal(sealed, connection.id)));
    const { username = "", region = "us-east-1" } = connection.properties;
    return openForeignBucket({ endpoint: connection.address, region, bucket, accessKeyId: username, secretAccessKey: password }, guard.lookup);
  } catch {
    return null;
  }
}

const failures: Readonly<Record<Exclude<BucketRefusal, "unreachable">, ImportFailure>> = {
  denied: new ImportFailure(
    "AccessDenied",
    "The storage refuses the connection's keys for this object.",
    "Check the keys and what they may read, under Connections.",
  ),
  missing: new ImportFailure("NotFound", "The storage has no such bucket or object.", "A folder's key ends with a slash."),
};

/** What the storage's refusal means for the import; the guard's own word counts before it. */
function failureOf(error: unknown, host: string): unknown {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof ImportFailure) return at;
  const refusal = bucketRefusalOf(error);
  return refusal === "unreachable" ? new TransientError(`${host} does not answer`, { cause: error }) : failures[refusal];
}

/** An object, or all below a key that ends with a slash. */
export async function listS3(
  context: ControlContext,
  workspaceId: string,
  source: Extract<ImportSource, { kind: "s3" }>,
  guard: AddressGuard,
): Promise<SourceListing> {
  const connection = await context.store.connections.findById(source.connectionId);
  const known = connection?.workspaceId === workspaceId && connection.kind === "s3" ? connection : null;
  const bucket = known === null ? null : await foreignBucket(context, known, source.bucket, guard);
  if (known === null || bucket === null)
    throw new ImportFailure("ConnectionMissing", "The connection is gone or cannot be opened.", "Make it again under Connections.");
  const objects = await listBucket(bucket, source.key, maxFiles).catch((error: unknown) => {
    throw failureOf(error, new URL(known.address).host);
  });
  if (objects.length === 0) throw failures.missing;
  if (objects.length > maxFiles) throw new ImportFailure("TooLarge", `There are more than ${String(maxFiles)} objects.`, "Name the model's own folder.");
  return {
    isFile: !source.key.endsWith("/") && source.key !== "",
    files: objects.map((object) => ({ ...object, open: () => Promise.resolve(object.open()) })),
  };
}
