import "server-only";
import type { UploadDto } from "#server/contract/asset";
import { invalidInput } from "#server/domain/errors";
import { uuidV7 } from "#server/kernel/ids";
import type { Operation } from "#server/operations/context";
import { logFailure, problemBody, statusOf, toSluiceError } from "./problem";
import { contextFor, identifyCaller } from "./request-context";
import { requireSameOrigin } from "./same-origin";
import { runtime } from "./runtime";
import { judgeStorable } from "#server/domain/storable";

export interface ChunkInput {
  readonly id: string;
  readonly index: number;
  /** SHA-256 of the chunk, hex, as the caller computed it. */
  readonly digest: string;
  readonly body: AsyncIterable<Uint8Array>;
}

type ChunkParams = { readonly params: Promise<{ readonly id: string; readonly index: string }> };

function readChunk(request: Request, params: { readonly id: string; readonly index: string }): ChunkInput {
  const digest = request.headers.get("x-sluice-sha256") ?? "";
  if (!/^[0-9a-fA-F]{64}$/.test(digest))
    throw invalidInput("upload.checksum_missing", "The header x-sluice-sha256 must carry the chunk's SHA-256 as 64 hexadecimal digits.");
  if (!/^\d{1,9}$/.test(params.index)) throw invalidInput("upload.no_such_chunk", "The chunk's number in the path is not a number.");
  const empty = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
  const unstorable = judgeStorable(params);
  if (unstorable !== null) throw unstorable;
  return { id: params.id, index: Number(params.index), digest, body: request.body ?? empty };
}

/** A route that takes one raw upload chunk and streams it, in constant memory, to the operation. */
export function defineChunkRoute(operation: Operation<ChunkInput, UploadDto>): (request: Request, route: ChunkParams) => Promise<Response> {
  return async (request, route) => {
    let requestId = uuidV7();
    let { log } = runtime();
    try {
      const caller = await identifyCaller(request.headers.get("authorization"));
      const context = contextFor(caller.actor);
      ({ requestId, log } = context);
      requireSameOrigin(request, caller);
      return Response.json(await operation(context, readChunk(request, await route.params)), {
        headers: { "cache-control": "no-store", "x-request-id": requestId },
      });
    } catch (thrown) {
      const error = toSluiceError(thrown);
      logFailure(log, error);
      return Response.json({ error: problemBody(error, requestId) }, { status: statusOf(error.kind), headers: { "x-request-id": requestId } });
    }
  };
}
