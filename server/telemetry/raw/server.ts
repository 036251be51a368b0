import { chmod, mkdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import type { z } from "zod";
import type { Logger } from "#server/kernel/log";
import { recentRequestsInput, requestByIdInput, type RequestsOutput } from "./protocol";
import { recentRequests, requestById, type RawReader } from "./read-requests";

const maxBodyBytes = 64 * 1024;
/** Answers at a time; more are refused at once, since a queue would only add to the time-outs. */
const maxConcurrent = 4;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBodyBytes) throw new Error("body too large");
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

interface Route<S extends z.ZodType> {
  readonly schema: S;
  readonly answer: (reader: RawReader, input: z.output<S>) => Promise<RequestsOutput>;
}

async function run<S extends z.ZodType>(reader: RawReader, route: Route<S>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const input = route.schema.safeParse(await readBody(request).catch(() => undefined));
  if (input.success) send(response, 200, await route.answer(reader, input.data));
  else send(response, 400, { error: input.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ") });
}

/** Serves raw requests as JSON over HTTP on a unix socket: POST /v1/recent-requests, POST /v1/request, GET /health. */
export async function startQueryServer(reader: RawReader, socket: string, log: Logger): Promise<Server> {
  let active = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === "/health") {
      send(response, 200, { ok: true });
      return;
    }
    if (active >= maxConcurrent) {
      send(response, 429, { error: "busy" });
      return;
    }
    active += 1;
    try {
      if (request.method === "POST" && request.url === "/v1/recent-requests")
        await run(reader, { schema: recentRequestsInput, answer: recentRequests }, request, response);
      else if (request.method === "POST" && request.url === "/v1/request")
        await run(reader, { schema: requestByIdInput, answer: requestById }, request, response);
      else send(response, 404, { error: "no such query" });
    } finally {
      active -= 1;
    }
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      const interrupted = error instanceof Error && /interrupt/i.test(error.message);
      log[interrupted ? "warn" : "error"]({ err: error, url: request.url }, "a query failed");
      if (!response.headersSent) send(response, interrupted ? 504 : 500, { error: interrupted ? "took too long" : "internal" });
    });
  });
  await mkdir(path.dirname(socket), { recursive: true });
  // A socket left by a killed predecessor would make the bind fail.
  await rm(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  await chmod(socket, 0o660);
  return server;
}
