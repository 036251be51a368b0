import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { LoopbackServer } from "../loopback-server";

export interface Echo {
  readonly model: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a model says in the gateway's own vocabulary, which must not reach the caller. */
const forged = {
  "x-ms-error-code": "Forged",
  "azureml-model-deployment": "forged",
  "ms-azureml-model-error-statuscode": "1",
  "x-sluice-forged": "1",
  "x-request-id": "forged",
  "keep-alive": "timeout=65",
};

/** Texts that compress well, with what says how they may be handled. */
const texts: Readonly<Record<string, Record<string, string>>> = {
  text: {},
  sealed: { "cache-control": "no-transform" },
  encoded: { "content-encoding": "br" },
};

/**
 * A model's server that keeps and answers what it got. The request header `x-do` asks for something else: `status-<n>`, `wait-<ms>`, `break` (closes
 * without an answer), `nonsense` (no HTTP), `half` (promises more than it sends), `events-<n>-<ms>` (server-sent events, so many, so far apart),
 * `bytes-<n>`, `chunks-<n>-<ms>`, `text-<n>` (with a tag; `sealed-<n>` may not be transformed, `encoded-<n>` is), `pieces-<n>-<ms>` (of JSON), `trailers`, `empty`, `plain`, `cookies`, `forge`, `headers-<bytes>`. It takes upgrades, and then sends back what comes.
 */
export class EchoModel extends LoopbackServer {
  readonly seen: Echo[] = [];
  running = 0;
  mostRunning = 0;

  constructor(readonly name: string) {
    super();
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.handle(request, response).catch(() => request.socket.destroy()));
    server.on("checkContinue", (request, response) => {
      response.writeContinue();
      server.emit("request", request, response);
    });
    server.on("upgrade", (request: IncomingMessage, socket) => {
      this.seen.push(this.echoOf(request, Buffer.alloc(0)));
      socket.on("error", () => socket.destroy());
      const accept = createHash("sha1")
        .update(`${String(request.headers["sec-websocket-key"])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${String(request.headers.upgrade)}\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
      );
      socket.pipe(socket);
    });
    return this.listen(server);
  }

  private echoOf(request: IncomingMessage, body: Buffer): Echo {
    const { method = "", url = "", headers, trailers } = request;
    return { model: this.name, method, url, headers, trailers, bytes: body.length, sha256: createHash("sha256").update(body).digest("hex") };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    response.on("close", () => (this.running -= 1));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const echo = this.echoOf(request, Buffer.concat(parts));
    this.seen.push(echo);
    await this.act(String(request.headers["x-do"] ?? ""), echo, request, response);
  }

  private async act(wish: string, echo: Echo, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [verb = "", first = "0", second = "0"] = wish.split("-");
    const [count, gap] = [Number(first), Number(second)];
    const text = JSON.stringify(echo);
    const json = (status: number, headers: Record<string, string | string[]> = {}) =>
      response.writeHead(status, { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)), ...headers }).end(text);
    if (verb === "break") request.socket.destroy();
    else if (verb === "nonsense") request.socket.end("this is not HTTP\r\n\r\n");
    else if (verb === "half") request.socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
    else if (verb === "status") json(count, { "retry-after": "77", "x-model": "kept" });
    else if (verb === "events") await streamEvents(response, count, gap);
    else if (verb === "chunks") await streamChunks(response, count, gap);
    else if (verb === "bytes") response.writeHead(200, { "content-type": "application/octet-stream", "content-length": first }).end(Buffer.alloc(count, 7));
    else if (verb === "pieces") await streamPieces(response, count, gap);
    else if (verb in texts)
      response.writeHead(200, { "content-type": "text/plain", "content-length": first, etag: '"7"', ...texts[verb] }).end("a".repeat(count));
    else if (verb === "trailers") {
      response.writeHead(200, { trailer: "x-checksum" }).write("with trailers");
      response.addTrailers({ "x-checksum": "7" });
      response.end();
    } else if (verb === "empty") response.writeHead(204).end();
    else if (verb === "plain")
      response.writeHead(200, { "content-type": "text/plain; charset=latin1", etag: '"7"', "cache-control": "max-age=5" }).end("plain");
    else if (verb === "cookies") json(200, { "set-cookie": ["a=1", "b=2"], "access-control-allow-origin": "*" });
    else if (verb === "forge") json(200, forged);
    else if (verb === "headers") json(200, { "x-filler": "x".repeat(count) });
    else {
      if (verb === "wait") await pause(count);
      json(200);
    }
  }
}

async function streamEvents(response: ServerResponse, count: number, gap: number): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  for (let index = 0; index < count; index += 1) {
    if (index > 0) await pause(gap);
    response.write(`data: ${String(index)}\n\n`);
  }
  response.end();
}

async function streamChunks(response: ServerResponse, count: number, gap: number): Promise<void> {
  response.writeHead(200, { "content-type": "application/octet-stream" });
  for (let index = 0; index < count; index += 1) {
    if (index > 0) await pause(gap);
    response.write(Buffer.alloc(1000, index));
  }
  response.end();
}

async function streamPieces(response: ServerResponse, count: number, gap: number): Promise<void> {
  response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
  for (let index = 0; index < count; index += 1) {
    if (index > 0) await pause(gap);
    response.write(`${index === 0 ? "[" : ","}"${"a".repeat(1000)}"${index + 1 === count ? "]" : ""}`);
  }
  response.end();
}
