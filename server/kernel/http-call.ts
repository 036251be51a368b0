import { request } from "node:http";

export interface HttpCall {
  readonly host: string;
  readonly port: number;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly contentType: string | null;
  readonly body: string;
  readonly timeoutMs: number;
  /** Of the answer's body; the rest is read and dropped. */
  readonly maxBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly truncated: boolean;
  readonly ms: number;
}

export type HttpOutcome = { readonly ok: true; readonly answer: HttpAnswer } | { readonly ok: false; readonly message: string; readonly ms: number };

/** One plain HTTP request on a fresh connection. Never rejects; the time-out is for the whole of it. */
export function callHttp(call: HttpCall): Promise<HttpOutcome> {
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  return new Promise((resolve) => {
    const refuse = (error: unknown): void => {
      const { code, message } = error as NodeJS.ErrnoException;
      resolve({ ok: false, message: code ?? message, ms: elapsed() });
    };
    const headers = {
      connection: "close",
      ...(call.method === "POST" ? { "content-length": Buffer.byteLength(call.body), "content-type": call.contentType ?? "application/json" } : {}),
    };
    try {
      const { host, port, path, method } = call;
      const outgoing = request({ host, port, path, method, agent: false, headers, signal: AbortSignal.timeout(call.timeoutMs) }, (incoming) => {
        const chunks: Buffer[] = [];
        let kept = 0;
        let total = 0;
        incoming.on("data", (chunk: Buffer) => {
          total += chunk.length;
          if (kept < call.maxBytes) chunks.push(chunk.subarray(0, call.maxBytes - kept));
          kept = Math.min(call.maxBytes, kept + chunk.length);
        });
        incoming.on("error", refuse);
        incoming.on("end", () => {
          const told = Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")] as const);
          const body = Buffer.concat(chunks).toString("utf8");
          resolve({ ok: true, answer: { status: incoming.statusCode ?? 0, headers: told, body, truncated: total > kept, ms: elapsed() } });
        });
      });
      outgoing.on("error", refuse);
      outgoing.end(call.body);
    } catch (error) {
      // A path that HTTP cannot carry is thrown before anything is sent.
      refuse(error);
    }
  });
}
