import "server-only";
import type { UploadDto } from "#server/contract/asset";
import { invalidInput } from "#server/domain/errors";
import { judgeStorable } from "#server/domain/storable";
import type { Operation } from "#server/operations/context";
import { answerHeaders, defineHandler, type Handler } from "./handler";

export interface ChunkInput {
  readonly id: string;
  readonly index: number;
  /** SHA-256 of the chunk, hex, as the caller computed it. */
  readonly digest: string;
  readonly body: AsyncIterable<Uint8Array>;
}

type ChunkParams = Readonly<Record<"id" | "index", string>>;

function readChunk(request: Request, params: ChunkParams): ChunkInput {
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
export function defineChunkRoute(operation: Operation<ChunkInput, UploadDto>): Handler<ChunkParams> {
  return defineHandler(async (context, request, params) =>
    Response.json(await operation(context, readChunk(request, params)), { headers: answerHeaders(context.requestId) }),
  );
}
