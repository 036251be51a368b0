import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A model's server that takes ordinary requests and calls of gRPC on one port, by HTTP/2 without TLS, and answers both empty after `serviceMs`. */
export class Http2Model {
  /** `http` or `grpc` for each request, in the order in which they came. */
  readonly seen: string[] = [];
  running = 0;
  mostRunning = 0;
  port = 0;
  /** Status of HTTP that everything is answered with. */
  status = 200;
  private readonly sessions = new Set<http2.ServerHttp2Session>();
  private readonly server = http2.createServer();

  constructor(private readonly serviceMs: number) {}

  async start(): Promise<this> {
    this.server.on("session", (session) => this.sessions.add(session));
    this.server.on("stream", (stream, headers) => void this.handle(stream, headers));
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  private async handle(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): Promise<void> {
    const isGrpc = headers["content-type"] === "application/grpc";
    this.seen.push(isGrpc ? "grpc" : "http");
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    stream.on("error", () => undefined);
    stream.on("close", () => (this.running -= 1));
    stream.resume();
    await pause(this.serviceMs);
    if (stream.destroyed) return;
    if (!isGrpc || this.status !== 200) {
      stream.respond({ ":status": this.status, "content-type": "text/plain" });
      stream.end("answered");
      return;
    }
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => {
      stream.sendTrailers({ "grpc-status": "0" });
    });
    stream.end();
  }

  /** Ends it and breaks whatever it is doing. */
  async stop(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    this.server.close();
    await once(this.server, "close").catch(() => undefined);
  }
}
