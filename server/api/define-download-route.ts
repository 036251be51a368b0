import "server-only";
import type { z } from "zod";
import { uuidV7 } from "#server/kernel/ids";
import type { Operation } from "#server/operations/context";
import { logFailure, problemBody, refusedInput, statusOf, toSluiceError } from "./problem";
import { contextFor, identifyCaller } from "./request-context";
import { runtime } from "./runtime";
import { judgeStorable } from "#server/domain/storable";

interface Sent {
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number | null;
  readonly content: AsyncIterable<Uint8Array>;
}

type RouteParams = { readonly params: Promise<Readonly<Record<string, string | string[]>>> };

/** Pulls only as fast as the caller reads, and lets go of the source when the caller leaves. */
function streamOf(content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next();
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
    "cache-control": "no-store",
    "x-request-id": requestId,
    ...(sent.sizeBytes === null ? {} : { "content-length": String(sent.sizeBytes) }),
  };
}

/** A GET route whose answer is a file of any size, streamed in constant memory. Failures before its first byte are problem bodies; later ones break it off. */
export function defineDownloadRoute<S extends z.ZodType>(
  schema: S,
  operation: Operation<z.output<S>, Sent>,
): (request: Request, route: RouteParams) => Promise<Response> {
  return async (request, route) => {
    let requestId = uuidV7();
    let { log } = runtime();
    try {
      const caller = await identifyCaller(request.headers.get("authorization"));
      const context = contextFor(caller.actor);
      ({ requestId, log } = context);
      const input = { ...Object.fromEntries(new URL(request.url).searchParams), ...(await route.params) };
      const unstorable = judgeStorable(input);
      if (unstorable !== null) throw unstorable;
      const parsed = schema.safeParse(input);
      if (!parsed.success) throw refusedInput(parsed.error);
      const sent = await operation(context, parsed.data);
      return new Response(streamOf(sent.content), { headers: headersOf(sent, requestId) });
    } catch (thrown) {
      const error = toSluiceError(thrown);
      logFailure(log, error, true);
      return Response.json({ error: problemBody(error, requestId) }, { status: statusOf(error.kind), headers: { "x-request-id": requestId } });
    }
  };
}
