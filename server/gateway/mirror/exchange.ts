import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Pool } from "undici";
import { scoringErrorCodes } from "#server/domain/routing/error-codes";
import type { MirrorReason } from "#server/domain/mirror/types";
import type { MirrorBudget } from "./budget";
import { endToEnd, handedOn, toldByProxy } from "./headers";
import { Tap } from "./tap";

/** The model's answer to a call: what the caller got, as far as it was kept. */
export interface PrimaryAnswer {
  readonly modelStatus: number;
  readonly modelMs: number;
  readonly encoding: string;
  readonly body: Buffer | null;
  /** Why the body was not kept. */
  readonly lost: MirrorReason;
  readonly forget: () => void;
}

const noAnswer: PrimaryAnswer = { modelStatus: 0, modelMs: -1, encoding: "", body: null, lost: "primary_failed", forget: () => undefined };

function refuse(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { code, status, message } = scoringErrorCodes.GatewayError;
  const requestId = request.headers["x-request-id"] ?? "";
  response.writeHead(status, { "content-type": "application/json", "x-ms-error-code": code }).end(JSON.stringify({ error: { code, message, requestId } }));
}

const hasBody = ({ headers }: IncomingMessage): boolean => headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;

/**
 * Hands a call on and its answer back, unchanged and unbuffered, and keeps a copy of the answer for a comparison. A caller that leaves ends the call at
 * the model. Resolves when the answer is through; never rejects, as the failure is the caller's answer then.
 */
export async function passOn(request: IncomingMessage, response: ServerResponse, body: Tap, pool: Pool, budget: MirrorBudget): Promise<PrimaryAnswer> {
  const left = new AbortController();
  response.once("close", () => {
    left.abort();
  });
  const answerTap = new Tap(budget, budget.limits.answerBytes, "answer_too_large");
  try {
    if (hasBody(request)) request.pipe(body);
    else body.end();
    const answer = await pool.request({
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: handedOn(request.rawHeaders),
      body: hasBody(request) ? body : null,
      signal: left.signal,
      responseHeaders: "raw",
    });
    const raw = answer.headers as unknown as readonly string[];
    const told = toldByProxy(valueOf(raw, "x-sluice-answered"));
    response.writeHead(answer.statusCode, endToEnd(raw));
    response.flushHeaders();
    await pipeline(answer.body, answerTap, response, { signal: left.signal });
    return { ...told, encoding: valueOf(raw, "content-encoding") ?? "", body: answerTap.kept, lost: answerTap.lost, forget: () => answerTap.forget() };
  } catch {
    answerTap.forget();
    refuse(request, response);
    return noAnswer;
  }
}

function valueOf(raw: readonly string[], wanted: string): string | undefined {
  const index = raw.findIndex((name, place) => place % 2 === 0 && name.toLowerCase() === wanted);
  return index < 0 ? undefined : raw[index + 1];
}
