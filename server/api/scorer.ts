import type { IncomingMessage } from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import type { TestScoreResult } from "#server/contract/scoring";
import { SluiceError } from "#server/domain/errors";
import type { Settings } from "#server/kernel/env";
import type { Scorer } from "#server/operations/context";

/** What the test console shows at most; the rest of a longer answer is cut. */
const maxShownBytes = 1024 * 1024;
/** How long the console waits for anything at all, and for the whole answer; milliseconds. */
export interface ScorerLimits {
  readonly idleMs: number;
  readonly totalMs: number;
}

/** Idle is the gateway's own longest request time-out with queueing, and a little. In total a stream may take longer than its first byte. */
const usualLimits: ScorerLimits = { idleMs: 370_000, totalMs: 600_000 };

const numberOf = (value: string | string[] | undefined): number | null => {
  const parsed = Number(typeof value === "string" ? value : Number.NaN);
  return Number.isFinite(parsed) ? parsed : null;
};
const textOf = (value: string | string[] | undefined): string | null => (typeof value === "string" ? value : null);

const reachable = (bind: string): string => (bind === "0.0.0.0" ? "127.0.0.1" : bind === "::" ? "::1" : bind);

const unreachable = (cause: Error, begun: boolean): SluiceError =>
  new SluiceError({
    kind: "unavailable",
    code: "gateway.unreachable",
    message: `${begun ? "The gateway's answer broke off" : "The gateway does not answer"}. Its state is on the compute page.`,
    detail: cause.message,
    cause,
  });

const seconds = (ms: number): string => `${String(Math.round(ms / 100) / 10)} s`;

/** That it was we who gave up is no fault of the gateway's. */
const timedOut = (message: string): SluiceError => new SluiceError({ kind: "unavailable", code: "gateway.timed_out", message });
const silent = ({ idleMs }: ScorerLimits) =>
  timedOut(`Nothing came from the gateway for ${seconds(idleMs)}, which is as long as the studio waits. The request may still be running.`);
const endless = ({ totalMs }: ScorerLimits) =>
  timedOut(`The answer was still coming after ${seconds(totalMs)}, which is as long as the studio reads. Call the endpoint itself for longer streams.`);

const resultOf = (response: IncomingMessage, body: Buffer, truncated: boolean, totalMs: number): TestScoreResult => ({
  status: response.statusCode ?? 0,
  headers: Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  body: body.toString("utf8"),
  truncated,
  requestId: textOf(response.headers["x-request-id"]),
  deployment: textOf(response.headers["azureml-model-deployment"]),
  totalMs,
  queueMs: numberOf(response.headers["ms-azureml-queue-time"]),
  modelMs: numberOf(response.headers["ms-azureml-model-time"]),
});

function call(options: https.RequestOptions, body: string | null, limits: ScorerLimits): Promise<TestScoreResult> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let begun = false;
    const refuse = (cause: Error) => reject(cause instanceof SluiceError ? cause : unreachable(cause, begun));
    const request = https.request({ ...options, timeout: limits.idleMs }, (response) => {
      begun = true;
      const chunks: Buffer[] = [];
      let kept = 0;
      let total = 0;
      response.on("data", (chunk: Buffer) => {
        total += chunk.length;
        if (kept < maxShownBytes) chunks.push(chunk.subarray(0, maxShownBytes - kept));
        kept = Math.min(maxShownBytes, kept + chunk.length);
      });
      response.on("error", refuse);
      response.on("end", () => resolve(resultOf(response, Buffer.concat(chunks), total > kept, performance.now() - startedAt)));
    });
    const total = setTimeout(() => request.destroy(endless(limits)), limits.totalMs);
    request.on("timeout", () => request.destroy(silent(limits)));
    request.on("error", refuse);
    request.on("close", () => clearTimeout(total));
    request.end(body ?? undefined);
  });
}

/** A scorer of the gateway at `place`. Rejects as `createScorer`'s. */
export function scorerAt(place: https.RequestOptions, limits: ScorerLimits): Scorer {
  const pathOf = (endpoint: string, route: string) => `/endpoints/${encodeURIComponent(endpoint)}/${route}`;
  const headersOf = (key: string, deployment: string | null) => ({
    authorization: `Bearer ${key}`,
    ...(deployment === null ? {} : { "azureml-model-deployment": deployment }),
  });
  return {
    score: (input, key) => {
      const headers = { ...headersOf(key, input.deployment ?? null), "content-type": input.contentType, "content-length": Buffer.byteLength(input.body) };
      return call({ ...place, method: "POST", path: pathOf(input.endpoint, "score"), headers }, input.body, limits);
    },
    swagger: (input, key) => call({ ...place, path: pathOf(input.endpoint, "swagger.json"), headers: headersOf(key, input.deployment) }, null, limits),
  };
}

/**
 * Calls the gateway at its public address as any caller would. Rejects with `gateway.unreachable` (unavailable) when it does not answer, and with
 * `gateway.timed_out` (unavailable) when the studio waits no longer.
 */
export function createScorer(settings: Settings["gateway"]): Scorer {
  const place: https.RequestOptions = {
    agent: new https.Agent({ keepAlive: true }),
    host: reachable(settings.bind),
    // The name in the certificate need not lead to this machine.
    ...(isIP(settings.host) === 0 ? { servername: settings.host } : {}),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(settings.host, certificate),
    port: settings.port,
  };
  return scorerAt(place, usualLimits);
}
