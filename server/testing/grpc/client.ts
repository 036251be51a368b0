import { Client, credentials, Metadata, type StatusObject } from "@grpc/grpc-js";
import type { GrpcCall } from "#server/gateway/conformance/types";
import type { Doors } from "../wire/client";
import { grpcService } from "./model";

export interface GrpcAnswer {
  readonly code: number;
  readonly details: string;
  readonly messages: readonly Buffer[];
  /** What came before the first message; empty for an answer that is a status only. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly trailers: Readonly<Record<string, string>>;
  readonly elapsedMs: number;
  /** Milliseconds from the first to the last message. */
  readonly spreadMs: number;
}

const plain = (metadata: Metadata): Record<string, string> => Object.fromEntries(Object.entries(metadata.getMap()).map(([key, value]) => [key, String(value)]));
const same = (value: Buffer): Buffer => value;

/** One call on a connection of its own, by gRPC's own client: over TLS, to the host name of the endpoint. */
export function callGrpc(doors: Doors, call: GrpcCall): Promise<GrpcAnswer> {
  const {
    method = "Say",
    path = `/${grpcService}/${method}`,
    host = "talk.endpoints.example.com",
    key = "key-1",
    pin,
    model,
    metadata = {},
    messages = ["{}"],
  } = call;
  const trusting = credentials.createSsl(null, null, null, { rejectUnauthorized: false, checkServerIdentity: () => undefined });
  const client = new Client(`127.0.0.1:${String(doors.tls)}`, trusting, {
    "grpc.default_authority": host,
    "grpc.ssl_target_name_override": "localhost",
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  const sent = new Metadata();
  const all = { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...(pin === undefined ? {} : { "azureml-model-deployment": pin }), ...metadata };
  for (const [name, value] of Object.entries({ ...all, ...(model === undefined ? {} : { "x-do": model }) })) sent.set(name, value);
  const startedAt = performance.now();
  const stream = client.makeBidiStreamRequest(path, same, same, sent, call.deadlineMs === undefined ? {} : { deadline: Date.now() + call.deadlineMs });
  const got: Buffer[] = [];
  const times: number[] = [];
  let before: GrpcAnswer["metadata"] = {};
  stream.on("metadata", (value: Metadata) => (before = plain(value)));
  stream.on("data", (message: Buffer) => {
    got.push(message);
    times.push(performance.now());
  });
  // The status says the same.
  stream.on("error", () => undefined);
  for (const message of messages) stream.write(typeof message === "string" ? Buffer.from(message) : Buffer.alloc(message.bytes, "x"));
  stream.end();
  return new Promise((resolve) => {
    stream.on("status", ({ code, details, metadata: trailers }: StatusObject) => {
      client.close();
      const now = performance.now();
      resolve({
        code,
        details,
        messages: got,
        metadata: before,
        trailers: plain(trailers),
        elapsedMs: now - startedAt,
        spreadMs: (times.at(-1) ?? 0) - (times[0] ?? 0),
      });
    });
  });
}
