import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SimServerHost {
  readonly endpointName: string;
  readonly deploymentName: string;
  readonly instanceId: string;
  isRunning(): boolean;
  isReady(): boolean;
  readonly delayMs: number;
  readonly status: number;
  onRequest(line: string, bytesIn: number, bytesOut: number): void;
}

const maxBodyBytes = 16 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function answerOf(host: SimServerHost, path: string, query: URLSearchParams, body: string): { status: number; body: unknown } {
  if (path === "/swagger.json") return { status: 200, body: { swagger: "2.0", info: { title: host.deploymentName, version: "1.0" }, paths: { "/score": {} } } };
  if (path !== "/score") return host.isReady() ? { status: 200, body: "Healthy" } : { status: 503, body: "Starting" };
  const status = Number(query.get("status") ?? host.status);
  const asked = status >= 200 && status <= 599 ? status : 400;
  return { status: asked, body: { endpoint: host.endpointName, deployment: host.deploymentName, instance: host.instanceId, echo: parsed(body) } };
}

async function serve(host: SimServerHost, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://sim");
  const body = await bodyOf(request);
  const delayMs = Math.min(Number(url.searchParams.get("delay_ms") ?? host.delayMs) || 0, 600_000);
  // Real time: whoever waits for the answer is a real client or a real proxy.
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  const answer = answerOf(host, url.pathname, url.searchParams, body);
  const text = JSON.stringify(answer.body);
  host.onRequest(`${request.method ?? ""} ${url.pathname} ${String(answer.status)}`, body.length, text.length);
  response.writeHead(answer.status, { "content-type": "application/json", "x-ms-run-function-failed": String(answer.status >= 500) });
  response.end(text);
}

/** A scorer on a free loopback port. It holds the port from now on, and cuts every connection while its container does not run. */
export class SimServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(host: SimServerHost): Promise<SimServer> {
    const server = createServer((request, response) => {
      serve(host, request, response).catch(() => response.destroy());
    });
    server.on("connection", (socket) => {
      if (!host.isRunning()) socket.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    // A forgotten world must not keep a test's process alive.
    server.unref();
    return new SimServer(server);
  }

  get port(): number {
    const address = this.#server.address() as AddressInfo | null;
    return address?.port ?? 0;
  }

  /** Takes no new connection; resolves when the open ones are answered. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  kill(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
