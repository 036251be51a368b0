import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import type { Body, Call } from "#server/gateway/conformance/types";
import { wireToken } from "./tokens";

/** Where a gateway listens. */
export interface Doors {
  readonly tls: number;
  readonly plain: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly elapsedMs: number;
  /** Milliseconds from the first to the last part of the body. */
  readonly spreadMs: number;
}

type Headers = Record<string, string | readonly string[]>;

function* parts(body: Body): Generator<Buffer> {
  if (typeof body === "string") yield Buffer.from(body);
  else for (let left = body.bytes; left > 0; left -= 10_000) yield Buffer.alloc(Math.min(10_000, left), "x");
}

const chunked = (body: Body | null): boolean => body !== null && typeof body !== "string" && body.chunked === true;
const lengthOf = (body: Body): number => (typeof body === "string" ? Buffer.byteLength(body) : body.bytes);

/** Headers and body of a call once everything that it leaves out is filled in. */
function prepared(call: Call) {
  const { method = "POST", path = "/endpoints/demo/score", key = "key-1" } = call;
  const body = call.body === undefined ? (method === "POST" || method === "PUT" ? '{"data":[1]}' : null) : call.body;
  const headers: Headers = {
    ...(body === null ? {} : { "content-type": "application/json" }),
    ...(body === null || chunked(body) ? {} : { "content-length": String(lengthOf(body)) }),
    ...(call.token !== undefined ? { authorization: `Bearer ${wireToken(call.token)}` } : key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(call.pin === undefined ? {} : { "azureml-model-deployment": call.pin }),
    ...(call.model === undefined ? {} : { "x-do": call.model }),
    ...(call.trailers === undefined ? {} : { trailer: Object.keys(call.trailers).join(", ") }),
    ...call.headers,
  };
  return { method, path, body, headers };
}

/** Collects a body with the times of its parts. */
class Collector {
  private readonly parts: Buffer[] = [];
  private first = 0;
  private last = 0;
  private readonly startedAt = performance.now();

  readonly add = (part: Buffer): void => {
    this.last = performance.now();
    if (this.parts.length === 0) this.first = this.last;
    this.parts.push(part);
  };

  answer(head: Pick<Answer, "status" | "headers" | "trailers">): Answer {
    return { ...head, body: Buffer.concat(this.parts), elapsedMs: performance.now() - this.startedAt, spreadMs: this.last - this.first };
  }
}

async function callHttp1(doors: Doors, call: Call): Promise<Answer> {
  const { method, path, body, headers } = prepared(call);
  const collector = new Collector();
  const common = { host: "127.0.0.1", method, path, headers: headers as http.OutgoingHttpHeaders, agent: false as const };
  const request =
    call.over === "http" ? http.request({ ...common, port: doors.plain }) : https.request({ ...common, port: doors.tls, rejectUnauthorized: false });
  const answered = once(request, "response") as Promise<[http.IncomingMessage]>;
  // A refusal may come, and the connection close, while the body is still being sent; what counts is the answer.
  if (headers["expect"] !== undefined) await Promise.race([once(request, "continue"), answered]);
  if (body !== null) for (const part of parts(body)) request.write(part);
  if (call.trailers !== undefined) request.addTrailers(call.trailers);
  request.end();
  const [response] = await answered;
  request.on("error", () => undefined);
  response.on("data", collector.add);
  await once(response, "close");
  if (!response.complete)
    throw new Error(`the answer ${String(response.statusCode)} broke off after ${String(collector.answer(response as never).body.length)} bytes`);
  return collector.answer({ status: response.statusCode ?? 0, headers: response.headers, trailers: response.trailers });
}

async function callHttp2(doors: Doors, call: Call): Promise<Answer> {
  const { method, path, body, headers } = prepared(call);
  const collector = new Collector();
  const session = http2.connect(`https://127.0.0.1:${String(doors.tls)}`, { rejectUnauthorized: false });
  try {
    const stream = session.request(
      { ":method": method, ":path": path, ...headers },
      {
        endStream: body === null,
        waitForTrailers: call.trailers !== undefined,
      },
    );
    stream.on("wantTrailers", () => {
      stream.sendTrailers({ ...call.trailers });
    });
    let trailers: Answer["trailers"] = {};
    stream.on("trailers", (got: Answer["trailers"]) => (trailers = got));
    stream.on("data", collector.add);
    const answered = once(stream, "response") as Promise<[http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader]>;
    const ended = once(stream, "end");
    if (body !== null) for (const part of parts(body)) stream.write(part);
    if (body !== null) stream.end();
    const [{ ":status": status = 0, ...rest }] = await answered;
    await ended;
    return collector.answer({ status, headers: rest, trailers });
  } finally {
    session.destroy();
  }
}

/** One call on a connection of its own. Throws when no whole answer came. */
export const callGateway = (doors: Doors, call: Call): Promise<Answer> => (call.over === "h2" ? callHttp2(doors, call) : callHttp1(doors, call));
