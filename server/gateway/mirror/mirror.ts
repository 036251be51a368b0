import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { finished } from "node:stream/promises";
import { Pool } from "undici";
import type { MirrorReason, MirrorRecord } from "#server/domain/mirror/types";
import type { Clock } from "#server/kernel/clock";
import type { Logger } from "#server/kernel/log";
import { Spool } from "../access-log/spool";
import type { GatewayLayout } from "../layout";
import { defaultMirrorLimits, MirrorBudget, type MirrorLimits } from "./budget";
import { askShadow, paired, recordOf, type MirroredCall } from "./copy";
import { passOn, type PrimaryAnswer } from "./exchange";
import { Tap } from "./tap";

/** As long as the proxy's own: it has read and judged the headers, and adds some of its own. */
const longestHeaders = 65_536;
const flushEveryMs = 250;
/** Longer than a connection waits to be taken by this process. */
const acceptMs = 50;

export interface MirrorOptions {
  readonly layout: GatewayLayout;
  readonly gatewayId: string;
  /** Bytes of the access log on disk that nobody took yet; records may take an eighth of that beside it. */
  readonly spoolBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: Partial<MirrorLimits>;
}

/** The proxy's own look at this process; every call has an id. */
const isHealthCheck = ({ url, headers }: IncomingMessage): boolean => url === "/healthy" && headers["x-request-id"] === undefined;

function callOf(request: IncomingMessage, startedAt: number): MirroredCall {
  const { method = "GET", url: path = "/", rawHeaders } = request;
  const header = (name: string): string => [request.headers[name] ?? ""].flat().join(",");
  return {
    requestId: header("x-request-id"),
    startedAt,
    endpoint: header("x-sluice-endpoint"),
    primary: header("azureml-model-deployment"),
    tolerance: Number(header("x-sluice-tolerance")) || 0,
    method,
    path,
    rawHeaders,
  };
}

/**
 * Stands between the proxy's front door and a deployment for those calls that are to be copied: hands each on as it is, sends what it had to the shadows,
 * and compares the answers. Callers wait for the model only. It is a sibling of the proxy, which goes around it while it is away.
 */
export class Mirror {
  private readonly budget: MirrorBudget;
  private readonly spool: Spool;
  private readonly primaries: Pool;
  private readonly shadows: Pool;
  private readonly running = new Set<Promise<void>>();
  private server: Server | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: MirrorOptions) {
    const { layout, spoolBytes, clock } = options;
    this.budget = new MirrorBudget({ ...defaultMirrorLimits, ...options.limits });
    this.spool = new Spool({ directory: layout.spool, prefix: "mirrored", capBytes: spoolBytes / 8, clock });
    // A connection for each call, as a kept one may be closed by a proxy that is being reloaded. The proxy has all the time limits.
    const way = { pipelining: 0, headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: longestHeaders } as const;
    this.primaries = new Pool("http://primary", { ...way, socketPath: layout.primarySocket, connections: null });
    this.shadows = new Pool("http://shadow", { ...way, socketPath: layout.shadowSocket, connections: null });
  }

  async start(): Promise<void> {
    const { mirrorSocket } = this.options.layout;
    await this.spool.start();
    await rm(mirrorSocket, { force: true });
    const server = createServer({ maxHeaderSize: longestHeaders, requestTimeout: 0 }, (request, response) => {
      this.take(request, response);
    });
    this.server = server.listen(mirrorSocket);
    await once(server, "listening");
    await chmod(mirrorSocket, 0o600);
    this.timer = setInterval(() => void this.spool.flush(), flushEveryMs);
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    if (isHealthCheck(request)) {
      response.writeHead(200).end();
      return;
    }
    const shadows = [request.headers["x-sluice-shadows"] ?? ""]
      .flat()
      .join(",")
      .split(",")
      .filter((name) => name !== "");
    const work = this.mirror(request, response, shadows)
      .catch((error: unknown) => {
        this.options.log.error({ err: error }, "a copied call was not recorded");
      })
      .finally(() => this.running.delete(work));
    this.running.add(work);
  }

  private async mirror(request: IncomingMessage, response: ServerResponse, shadows: readonly string[]): Promise<void> {
    const call = callOf(request, this.options.clock.now());
    const body = new Tap(this.budget, this.budget.limits.bodyBytes, "body_too_large");
    const whole = finished(body, { readable: false }).then(
      () => true,
      () => false,
    );
    const primary = passOn(request, response, body, this.primaries, this.budget);
    try {
      const arrived = await Promise.race([whole, primary.then(() => body.writableFinished)]);
      const lost: MirrorReason = arrived ? body.lost : "body_incomplete";
      const kept = lost === "" ? body.kept : null;
      if (kept === null) for (const shadow of shadows) this.skip(call, shadow, lost);
      else await Promise.all(shadows.map((shadow) => this.copy(call, shadow, kept, primary)));
    } finally {
      body.forget();
      (await primary).forget();
    }
  }

  private skip(call: MirroredCall, shadow: string, reason: MirrorReason): void {
    this.write(recordOf(call, this.options.gatewayId, shadow, "skipped", reason));
  }

  private async copy(call: MirroredCall, shadow: string, body: Buffer, primary: Promise<PrimaryAnswer>): Promise<void> {
    const full = this.budget.begin(shadow);
    if (full !== "") {
      this.skip(call, shadow, full);
      return;
    }
    const answer = await askShadow(call, shadow, body, this.shadows, this.budget).finally(() => {
      this.budget.end(shadow);
    });
    const record = recordOf(call, this.options.gatewayId, shadow, "failed", "no_answer");
    this.write(paired(record, await primary, answer, call.tolerance, this.budget, this.options.clock.now()));
  }

  private write(record: MirrorRecord): void {
    this.spool.add(JSON.stringify(record));
  }

  /** Takes no more calls, waits for those under way and hands over all records. */
  async stop(): Promise<void> {
    const { server } = this;
    if (server !== null) {
      // New calls find no way in and go around; those that came before are still taken.
      await rm(this.options.layout.mirrorSocket, { force: true });
      await this.options.clock.sleep(acceptMs);
      const closed = once(server, "close");
      server.close();
      await closed;
    }
    await Promise.all(this.running);
    if (this.timer !== null) clearInterval(this.timer);
    await Promise.all([this.primaries.close(), this.shadows.close()]);
    await this.spool.flush(true);
  }
}
