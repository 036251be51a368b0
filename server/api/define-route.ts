import "server-only";
import { createHash } from "node:crypto";
import type { z } from "zod";
import { SluiceError } from "#server/domain/errors";
import type { Operation, OperationContext } from "#server/operations/context";
import { answerHeaders, defineHandler, isRead, parseInput, type Handler, type RouteParams } from "./handler";

/** Largest JSON body of the management API; models come as upload chunks and never through here. */
const maxBodyBytes = 12 * 1024 * 1024;
const callsPerMinute = 3000;

const refuse = (code: string, message: string): SluiceError => new SluiceError({ kind: "invalid_input", code, message });

async function readBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) throw refuse("input.too_large", "The body is larger than 12 MiB.");
  const text = await request.text();
  if (text.length > maxBodyBytes) throw refuse("input.too_large", "The body is larger than 12 MiB.");
  if (text.trim() === "") return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw refuse("input.not_json", "The body is not valid JSON.");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw refuse("input.not_object", "The body must be a JSON object.");
  return body as Readonly<Record<string, unknown>>;
}

/** Query values that look like whole numbers become numbers: the contract's schemas are shared with actions, which send real numbers. */
function readQuery(url: URL): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...url.searchParams].map(([name, value]) => [name, /^-?\d{1,15}$/.test(value) ? Number(value) : value]));
}

async function limitRate(context: OperationContext): Promise<void> {
  const calls = await context.store.rateWindows.increment(`api:${context.actor.userId}`, 60_000, context.clock.now());
  if (calls > callsPerMinute)
    throw new SluiceError({
      kind: "rate_limited",
      code: "api.rate_limited",
      message: "Too many calls in this minute.",
      retryAfterMs: 60_000 - (context.clock.now() % 60_000),
    });
}

interface Outcome {
  readonly status: number;
  readonly body: unknown;
  readonly operationId: string | null;
}

/** What answers tell of keys and tokens in the clear; such values are never kept. */
const secretNames = ["secret", "primaryKey", "secondaryKey", "accessToken"];

/** The answer as it is kept for repeats: secrets are null there, as they are told once. */
function withoutSecrets(body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]): [string, unknown] => [name, secretNames.includes(name) ? null : value]));
}

/** Runs a write once per key: a repeat gets the first answer, a different body under the same key is refused. */
async function once(context: OperationContext, key: string, input: unknown, path: string, run: () => Promise<Outcome>): Promise<Outcome> {
  if (key.length > 200) throw refuse("input.idempotency_key_too_long", "An Idempotency-Key has at most 200 characters.");
  const requestHash = createHash("sha256").update(path).update(JSON.stringify(input)).digest("hex");
  const { idempotency } = context.store;
  if (!(await idempotency.claim(context.actor.userId, key, requestHash, context.clock.now()))) {
    const first = await idempotency.find(context.actor.userId, key);
    if (first !== null && first.requestHash !== requestHash) {
      throw new SluiceError({
        kind: "conflict",
        code: "api.idempotency_key_reused",
        message: "This Idempotency-Key was used for another request. Use a new one.",
      });
    }
    if (first === null || first.status === 0)
      throw new SluiceError({
        kind: "conflict",
        code: "api.request_running",
        message: "The first request with this key still runs. Ask again soon.",
        retryAfterMs: 1000,
      });
    return { status: first.status, ...(first.response as Pick<Outcome, "body" | "operationId">) };
  }
  try {
    const outcome = await run();
    const { status, body, operationId } = outcome;
    await idempotency.complete(context.actor.userId, key, status, { body: withoutSecrets(body), operationId });
    return outcome;
  } catch (error) {
    await idempotency.release(context.actor.userId, key);
    throw error;
  }
}

/**
 * A route of the management API over one operation: identifies the caller, parses path, query and body by one schema, runs, answers JSON or a problem
 * body. `success` is the status of a good answer.
 */
export function defineRoute<S extends z.ZodType, O>(schema: S, operation: Operation<z.output<S>, O>, success = 200): Handler<RouteParams> {
  return defineHandler(async (context, request, params) => {
    await limitRate(context);
    const url = new URL(request.url);
    const reads = isRead(request);
    // The path says what is meant; a body or query may not say something else.
    const input = { ...readQuery(url), ...(reads ? {} : await readBody(request)), ...params };
    const parsed = parseInput(schema, input);
    const run = async () => ({ status: success, body: await operation(context, parsed), operationId: context.accepted.operationId });
    const key = request.headers.get("idempotency-key");
    const outcome = reads || key === null ? await run() : await once(context, key, input, `${request.method} ${url.pathname}`, run);
    // Azure's name for where a long-running request is polled.
    const poll = outcome.operationId === null ? {} : { "azure-asyncoperation": `/api/v1/operations/${outcome.operationId}` };
    return Response.json(outcome.body, { status: outcome.status, headers: { ...answerHeaders(context.requestId), ...poll } });
  });
}
