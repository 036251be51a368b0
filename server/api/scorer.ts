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
/** The gateway's own longest request time-out with queueing, and a little. */
const timeoutMs = 370_000;

const numberOf = (value: string | string[] | undefined): number | null => {
  const parsed = Number(typeof value === "string" ? value : Number.NaN);
  return Number.isFinite(parsed) ? parsed : null;
};
const textOf = (value: string | string[] | undefined): string | null => (typeof value === "string" ? value : null);

const reachable = (bind: string): string => (bind === "0.0.0.0" ? "127.0.0.1" : bind === "::" ? "::1" : bind);

const unreachable = (cause: Error): SluiceError =>
  new SluiceError({
    kind: "unavailable",
    code: "gateway.unreachable",
    message: "The gateway does not answer. Its state is on the compute page.",
    detail: cause.message,
    cause,
  });

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

function call(options: https.RequestOptions, body: string | null): Promise<TestScoreResult> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const refuse = (cause: Error) => reject(unreachable(cause));
    const request = https.request({ ...options, timeout: timeoutMs }, (response) => {
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
    request.on("timeout", () => request.destroy(new Error("timed out")));
    request.on("error", refuse);
    request.end(body ?? undefined);
  });
}

/** Calls the gateway at its public address as any caller would. Rejects with `gateway.unreachable` (unavailable) when it does not answer. */
export function createScorer(settings: Settings["gateway"]): Scorer {
  const place: https.RequestOptions = {
    agent: new https.Agent({ keepAlive: true }),
    host: reachable(settings.bind),
    // The name in the certificate need not lead to this machine.
    ...(isIP(settings.host) === 0 ? { servername: settings.host } : {}),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(settings.host, certificate),
    port: settings.port,
  };
  const pathOf = (endpoint: string, route: string) => `/endpoints/${encodeURIComponent(endpoint)}/${route}`;
  const headersOf = (key: string, deployment: string | null) => ({
    authorization: `Bearer ${key}`,
    ...(deployment === null ? {} : { "azureml-model-deployment": deployment }),
  });
  return {
    score: (input, key) => {
      const headers = { ...headersOf(key, input.deployment ?? null), "content-type": input.contentType, "content-length": Buffer.byteLength(input.body) };
      return call({ ...place, method: "POST", path: pathOf(input.endpoint, "score"), headers }, input.body);
    },
    swagger: (input, key) => call({ ...place, path: pathOf(input.endpoint, "swagger.json"), headers: headersOf(key, input.deployment) }, null),
  };
}
