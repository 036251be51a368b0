import "server-only";
import type { z } from "zod";
import { judgeStorable } from "#server/domain/storable";
import { uuidV7 } from "#server/kernel/ids";
import type { OperationContext } from "#server/operations/context";
import { logFailure, problemBody, refusedInput, statusOf, toSluiceError } from "./problem";
import { contextFor, identifyCaller } from "./request-context";
import { runtime } from "./runtime";
import { requireSameOrigin } from "./same-origin";

export interface RouteOf<P> {
  readonly params: Promise<P>;
}
export type RouteParams = Readonly<Record<string, string | string[]>>;
export type Handler<P> = (request: Request, route: RouteOf<P>) => Promise<Response>;

export const isRead = (request: Request): boolean => request.method === "GET" || request.method === "HEAD";

/** Headers that every answer of the management API has. */
export const answerHeaders = (requestId: string): Readonly<Record<string, string>> => ({ "cache-control": "no-store", "x-request-id": requestId });

/** What a caller sent, as the schema has it. Throws `input.not_storable` or `input.invalid`, which names every refused field. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const unstorable = judgeStorable(input);
  if (unstorable !== null) throw unstorable;
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw refusedInput(parsed.error);
  return parsed.data;
}

/**
 * What is around the work of every route: the caller is identified, a write by cookie must come from the studio, and a failure is logged once and
 * answered as a problem body with its status.
 */
export function defineHandler<P>(answer: (context: OperationContext, request: Request, params: P) => Promise<Response>): Handler<P> {
  return async (request, route) => {
    let requestId = uuidV7();
    let { log } = runtime();
    try {
      const caller = await identifyCaller(request.headers.get("authorization"));
      const context = contextFor(caller.actor);
      ({ requestId, log } = context);
      requireSameOrigin(request, caller);
      return await answer(context, request, await route.params);
    } catch (thrown) {
      const error = toSluiceError(thrown);
      logFailure(log, error, isRead(request));
      const wait = error.retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(error.retryAfterMs / 1000)) };
      return Response.json({ error: problemBody(error, requestId) }, { status: statusOf(error.kind), headers: { ...answerHeaders(requestId), ...wait } });
    }
  };
}
