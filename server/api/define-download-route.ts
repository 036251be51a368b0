import "server-only";
import type { z } from "zod";
import type { Operation } from "#server/operations/context";
import { answerHeaders, defineHandler, parseInput, type Handler, type RouteParams } from "./handler";
import { logFailure, toSluiceError } from "./problem";

interface Sent {
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number | null;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Pulls only as fast as the caller reads, and lets go of the source when the caller leaves. A source that fails breaks the answer off, which can say
 * nothing of it any more: `failed` is told instead.
 */
function streamOf(content: AsyncIterable<Uint8Array>, failed: (error: unknown) => void): ReadableStream<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next().catch((error: unknown) => {
          failed(error);
          throw error;
        });
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Always a file to save: what people upload is never opened as a page of this address. */
function headersOf(sent: Sent, requestId: string): Readonly<Record<string, string>> {
  const ascii = sent.fileName.replace(/[^A-Za-z0-9._-]/g, "_");
  return {
    "content-type": sent.contentType,
    "content-disposition": `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(sent.fileName)}`,
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    ...answerHeaders(requestId),
    ...(sent.sizeBytes === null ? {} : { "content-length": String(sent.sizeBytes) }),
  };
}

/** A GET route whose answer is a file of any size, streamed in constant memory. Failures before its first byte are problem bodies; later ones break it off. */
export function defineDownloadRoute<S extends z.ZodType>(schema: S, operation: Operation<z.output<S>, Sent>): Handler<RouteParams> {
  return defineHandler(async (context, request, params) => {
    const sent = await operation(context, parseInput(schema, { ...Object.fromEntries(new URL(request.url).searchParams), ...params }));
    const failed = (error: unknown) => logFailure(context.log.child({ brokenOff: sent.fileName }), toSluiceError(error));
    return new Response(streamOf(sent.content, failed), { headers: headersOf(sent, context.requestId) });
  });
}
