import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { requireVerb } from "#server/auth/policy";
import { uploadChunkBytes, type UploadDto } from "#server/contract/asset";
import type { StoredArtifact } from "#server/artifacts/local-files";
import { conflict, invalidInput, invalidState, notFound } from "#server/domain/errors";
import type { UploadRow } from "#server/store/uploads";
import type { OperationContext } from "./context";
import { chunkCount, chunkFile, chunkSize, joinedChunks, uploadFolder } from "./upload-files";

/** An upload that nobody went on with is swept after a day. */
const uploadLifetimeMs = 24 * 3600 * 1000;
const maxUploadBytes = 64 * 1024 ** 3;

const toDto = (row: UploadRow): UploadDto => ({
  id: row.id,
  fileName: row.fileName,
  sizeBytes: row.sizeBytes,
  chunkBytes: row.chunkBytes,
  receivedChunks: [...row.receivedChunks].sort((a, b) => a - b),
  state: row.state,
  sha256: row.sha256,
});

/** The caller's own upload; anybody else's is not found. */
async function findOwn(context: OperationContext, id: string): Promise<UploadRow> {
  const row = await context.store.uploads.findById(id);
  if (row?.workspaceId !== context.actor.workspaceId || row.userId !== context.actor.userId)
    throw notFound("upload.not_found", "There is no such upload. It may have expired; start again.");
  return row;
}

/** Announces a file; its chunks may then come in any order and again. */
export async function startUpload(context: OperationContext, input: { readonly fileName: string; readonly sizeBytes: number }): Promise<UploadDto> {
  requireVerb(context.actor, "asset.write");
  if (input.sizeBytes > maxUploadBytes)
    throw invalidInput("upload.too_large", "A file has at most 64 GiB.", [{ path: "sizeBytes", message: "at most 64 GiB" }]);
  const id = context.newId("upload");
  const now = context.clock.now();
  await mkdir(uploadFolder(context.settings.home, id), { recursive: true, mode: 0o750 });
  const { workspaceId, userId } = context.actor;
  return toDto(
    await context.store.uploads.insert({ id, workspaceId, userId, ...input, chunkBytes: uploadChunkBytes, createdAt: now, expiresAt: now + uploadLifetimeMs }),
  );
}

export async function getUpload(context: OperationContext, input: { readonly id: string }): Promise<UploadDto> {
  requireVerb(context.actor, "asset.write");
  return toDto(await findOwn(context, input.id));
}

/** Writes through a file handle, so that a folder that is gone is an error of this call and not of the process. */
async function receive(file: string, body: AsyncIterable<Uint8Array>, expectedBytes: number): Promise<string> {
  const hash = createHash("sha256");
  const handle = await open(file, "wx", 0o640);
  let received = 0;
  try {
    for await (const piece of body) {
      received += piece.byteLength;
      if (received > expectedBytes) throw invalidInput("upload.chunk_too_long", `This chunk has more than its ${expectedBytes} bytes.`);
      hash.update(piece);
      await handle.writeFile(piece);
    }
  } finally {
    await handle.close();
  }
  if (received < expectedBytes) throw invalidInput("upload.chunk_too_short", `This chunk has ${received} of its ${expectedBytes} bytes. Send it again.`);
  return hash.digest("hex");
}

/** Stores one chunk once its SHA-256 (hex, `digest`) agrees; a repeat replaces it. */
export async function putChunk(
  context: OperationContext,
  input: { readonly id: string; readonly index: number; readonly digest: string; readonly body: AsyncIterable<Uint8Array> },
): Promise<UploadDto> {
  requireVerb(context.actor, "asset.write");
  const row = await findOwn(context, input.id);
  if (row.state !== "Open") throw invalidState("upload.closed", "This upload is complete or was given up; it takes no more chunks.");
  if (!Number.isInteger(input.index) || input.index < 0 || input.index >= chunkCount(row.sizeBytes, row.chunkBytes))
    throw invalidInput("upload.no_such_chunk", "The file has no chunk of this number.");
  const target = chunkFile(context.settings.home, row.id, input.index);
  const partial = `${target}.${randomBytes(4).toString("hex")}`;
  try {
    const digest = await receive(partial, input.body, chunkSize(row.sizeBytes, row.chunkBytes, input.index));
    if (digest !== input.digest.toLowerCase()) throw invalidInput("upload.checksum_wrong", "The chunk arrived damaged: its SHA-256 differs. Send it again.");
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
  await context.store.uploads.addChunk(row.id, input.index);
  return toDto(await findOwn(context, input.id));
}

/** The upload if it is over: complete, or refused since it was given up; null while it is open. */
function judgeOver(row: UploadRow): UploadDto | null {
  if (row.state === "Aborted") throw invalidState("upload.closed", "This upload was given up. Start again.");
  return row.state === "Completed" ? toDto(row) : null;
}

/** Puts the chunks together into one artifact; "already complete" is success, also when another call becomes that first. */
export async function completeUpload(context: OperationContext, input: { readonly id: string }): Promise<UploadDto> {
  requireVerb(context.actor, "asset.write");
  const row = await findOwn(context, input.id);
  const over = judgeOver(row);
  if (over !== null) return over;
  const count = chunkCount(row.sizeBytes, row.chunkBytes);
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !row.receivedChunks.includes(index));
  if (missing.length > 0) throw conflict("upload.incomplete", `${missing.length} of ${count} chunks are missing, the first is number ${missing[0] ?? 0}.`);
  let stored: StoredArtifact;
  try {
    stored = await context.artifacts.put(joinedChunks(context.settings.home, row.id, count));
  } catch (error) {
    // Large files take a while: another call may have completed this upload, or given it up, and taken the chunks away under our hands.
    const ended = judgeOver(await findOwn(context, row.id));
    if (ended === null) throw error;
    return ended;
  }
  await context.store.transaction(async (session) => {
    await session.artifacts.insert(stored.sha256, stored.sizeBytes);
    await session.uploads.complete(row.id, stored.sha256, context.clock.now());
  });
  await rm(uploadFolder(context.settings.home, row.id), { recursive: true, force: true });
  return toDto(await findOwn(context, input.id));
}

/** Gives an upload up and frees its disk at once. */
export async function abortUpload(context: OperationContext, input: { readonly id: string }): Promise<UploadDto> {
  requireVerb(context.actor, "asset.write");
  const row = await findOwn(context, input.id);
  await context.store.uploads.abort(row.id);
  await rm(uploadFolder(context.settings.home, row.id), { recursive: true, force: true });
  return toDto(await findOwn(context, input.id));
}
