import { createHash, timingSafeEqual } from "node:crypto";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";
import type { z } from "zod";
import { requiredFeatures } from "#server/domain/routing/features";
import { judgeStorable } from "#server/domain/storable";
import type { Clock } from "#server/kernel/clock";
import type { Logger } from "#server/kernel/log";
import { WakeUp } from "#server/kernel/wake-up";
import type { GatewayRow } from "#server/store/gateways";
import type { Store } from "#server/store/store";
import {
  certificateQuerySchema,
  gatewayApiPaths,
  gatewayHelloSchema,
  inFlightReportSchema,
  routingAcknowledgementSchema,
  routingQuerySchema,
} from "./protocol";

export interface GatewayApiOptions {
  readonly store: Store;
  /** Opens the key of a domain's certificate, which is sealed for the row's id. */
  readonly unseal: (sealed: Uint8Array, ownerId: string) => string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly socketPath: string;
  /** Called after an acknowledgement was kept, so that receipts are judged at once. */
  readonly onAcknowledgement: () => void;
}

export interface GatewayApi {
  /** Wakes every waiting poll: there may be a newer revision. */
  hint(): void;
  close(): Promise<void>;
}

const maxBodyBytes = 4 * 1024 * 1024;
/** A hint may be lost with a connection to the database; a waiting poll looks again this often. */
const lookAgainMs = 2000;

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function readJson<S extends z.ZodType>(request: IncomingMessage, schema: S): Promise<z.output<S>> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBodyBytes) throw new Refusal(413, "the body is too large");
    pieces.push(piece);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch {
    throw new Refusal(400, "the body is not JSON");
  }
  const unstorable = judgeStorable(body);
  if (unstorable !== null) throw new Refusal(400, unstorable.message);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Refusal(400, parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  return parsed.data;
}

/** The gateway whose token this is. Tokens are 256 random bits, so their hash is looked up, then compared in constant time. */
async function authenticate(store: Store, request: IncomingMessage): Promise<GatewayRow> {
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) throw new Refusal(401, "a gateway signs in with its token");
  const hash = createHash("sha256").update(token).digest("hex");
  const gateway = await store.gateways.findByTokenHash(hash);
  if (gateway === null || !timingSafeEqual(Buffer.from(gateway.tokenHash), Buffer.from(hash))) throw new Refusal(401, "this token belongs to no gateway");
  return gateway;
}

function requireOwn(gateway: GatewayRow, gatewayId: string): void {
  if (gateway.id !== gatewayId) throw new Refusal(403, `the token belongs to ${gateway.id}, not to ${gatewayId}`);
}

/** Waits for a revision other than `after`; null when the time is over or the caller is gone. */
async function awaitRouting(options: GatewayApiOptions, bell: WakeUp, gateway: GatewayRow, query: z.output<typeof routingQuerySchema>, gone: AbortSignal) {
  const deadline = options.clock.now() + query.waitMs;
  for (;;) {
    // Ends what of this round still waits: rings are many, and a sleep that each left behind would pile up.
    const round = new AbortController();
    const over = AbortSignal.any([gone, round.signal]);
    const ring = bell.next(over);
    try {
      const newest = await options.store.routing.findNewestDigest();
      if (newest !== null && newest.revision !== query.after) return await options.store.routing.findByRevision(newest.revision);
      const left = deadline - options.clock.now();
      if (left <= 0 || gone.aborted) return null;
      await options.store.gateways.touch(gateway.id, options.clock.now());
      await Promise.race([ring, options.clock.sleep(Math.min(left, lookAgainMs), over).catch(() => undefined)]);
    } finally {
      round.abort();
    }
  }
}

/** A domain's certificate with its key in the clear, for gateways only: nobody else has a token that gets here. */
async function certificateOf({ store, unseal }: GatewayApiOptions, url: URL): Promise<{ readonly pem: string }> {
  const query = certificateQuerySchema.safeParse(Object.fromEntries(url.searchParams));
  if (!query.success) throw new Refusal(400, "name and sha256 must say which certificate");
  const row = await store.endpointDomains.findByName(query.data.name);
  if (row?.sha256 !== query.data.sha256) throw new Refusal(404, "the domain has another certificate by now, or none");
  return { pem: `${row.chain}${unseal(row.keySealed, row.id)}` };
}

async function answer(options: GatewayApiOptions, bell: WakeUp, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { store, clock } = options;
  const gateway = await authenticate(store, request);
  const url = new URL(request.url ?? "/", "http://gateway-api");
  const route = `${request.method ?? ""} ${url.pathname}`;
  if (route === `GET ${gatewayApiPaths.routing}`) {
    const query = routingQuerySchema.safeParse(Object.fromEntries(url.searchParams));
    if (!query.success) throw new Refusal(400, "after and waitMs must be whole numbers");
    const gone = new AbortController();
    response.once("close", () => gone.abort(new Error("the gateway hung up")));
    const found = await awaitRouting(options, bell, gateway, query.data, gone.signal);
    if (found === null) response.writeHead(204).end();
    else {
      const document = { ...found.document, requires: requiredFeatures(found.document.endpoints) };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
    }
    return;
  }
  if (route === `GET ${gatewayApiPaths.certificate}`) {
    const found = await certificateOf(options, url);
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(found));
    return;
  }
  if (route === `POST ${gatewayApiPaths.acknowledgements}`) {
    const acknowledgement = await readJson(request, routingAcknowledgementSchema);
    requireOwn(gateway, acknowledgement.gatewayId);
    await store.gateways.insertAcknowledgement(acknowledgement, clock.now());
    options.onAcknowledgement();
  } else if (route === `POST ${gatewayApiPaths.inFlight}`) {
    const report = await readJson(request, inFlightReportSchema);
    requireOwn(gateway, report.gatewayId);
    await store.gateways.updateInFlight(report, clock.now());
  } else if (route === `POST ${gatewayApiPaths.hello}`) {
    const hello = await readJson(request, gatewayHelloSchema);
    requireOwn(gateway, hello.gatewayId);
    await store.gateways.updateHello(hello.gatewayId, hello.proxyVersion, hello.address, clock.now());
  } else throw new Refusal(404, `there is no ${route}`);
  response.writeHead(204).end();
}

/**
 * Serves the gateways' agents on a unix socket: newest routing revision by long poll, acknowledgements, in-flight counts. The socket's folder decides
 * who may connect; inside it every gateway proves itself by its own token.
 */
export async function startGatewayApi(options: GatewayApiOptions): Promise<GatewayApi> {
  const bell = new WakeUp();
  const server = http.createServer((request, response) => {
    answer(options, bell, request, response).catch((error: unknown) => {
      const status = error instanceof Refusal ? error.status : 503;
      if (!(error instanceof Refusal)) options.log.warn({ err: error }, "a gateway's call failed");
      if (!response.headersSent) response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: error instanceof Refusal ? error.message : "not now" }));
    });
  });
  server.keepAliveTimeout = 60_000;
  mkdirSync(path.dirname(options.socketPath), { recursive: true });
  rmSync(options.socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.socketPath, resolve);
  });
  // The agent runs as another account in its container; the folder around the socket is closed to everybody else.
  chmodSync(options.socketPath, 0o666);
  return {
    hint: () => bell.ring(),
    close: () =>
      new Promise((resolve) => {
        bell.ring();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
