import { request as httpRequest } from "node:http";
import { SluiceError } from "#server/domain/errors";
import { requestsOutput, type RecentRequestsInput, type RequestByIdInput, type RequestsOutput } from "./raw/protocol";

/** Raw requests, as the query worker reads them. Rejects with `telemetry.unavailable` when it is away, `telemetry.timeout` when it takes too long. */
export interface TelemetryClient {
  recentRequests(input: RecentRequestsInput): Promise<RequestsOutput>;
  requestById(input: RequestByIdInput): Promise<RequestsOutput["requests"][number] | null>;
}

const unavailable = (detail: string, cause?: unknown): SluiceError =>
  new SluiceError({
    kind: "unavailable",
    code: "telemetry.unavailable",
    message: "Request records cannot be read right now. Charts and logs are not affected.",
    detail,
    retryAfterMs: 2000,
    cause,
  });
const tooSlow = (detail: string): SluiceError =>
  new SluiceError({ kind: "unavailable", code: "telemetry.timeout", message: "Reading request records took too long. Choose a shorter time range.", detail });

interface Answer {
  readonly status: number;
  readonly text: string;
}

function post(socketPath: string, url: string, body: unknown, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { socketPath, path: url, method: "POST", headers: { "content-type": "application/json" }, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
        });
      },
    );
    request.on("error", reject);
    request.end(JSON.stringify(body));
  });
}

async function ask(socketPath: string, url: string, body: unknown, timeoutMs: number): Promise<RequestsOutput> {
  const answer = await post(socketPath, url, body, timeoutMs).catch((error: unknown) => {
    if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError")) throw tooSlow(`no answer within ${timeoutMs} ms`);
    throw unavailable(error instanceof Error ? error.message : String(error), error);
  });
  if (answer.status === 504) throw tooSlow(answer.text);
  if (answer.status !== 200) throw unavailable(`status ${answer.status}: ${answer.text}`);
  const parsed = requestsOutput.safeParse(JSON.parse(answer.text));
  if (!parsed.success) throw unavailable("the query worker answered in another shape");
  return parsed.data;
}

/** A client of the query worker's unix socket; holds no connection. `timeoutMs` bounds each call. */
export function telemetryClient(socketPath: string, timeoutMs = 8000): TelemetryClient {
  return {
    recentRequests: (input) => ask(socketPath, "/v1/recent-requests", input, timeoutMs),
    requestById: async (input) => (await ask(socketPath, "/v1/request", input, timeoutMs)).requests[0] ?? null,
  };
}
