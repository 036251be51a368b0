import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { generate } from "selfsigned";
import type { MirrorRecord } from "#server/domain/mirror/types";
import type { RequestRow } from "#server/domain/request-row/types";
import type { InFlightReport, RoutingAcknowledgement, RoutingDomain, RoutingRevision } from "#server/domain/routing/types";
import {
  certificateQuerySchema,
  gatewayHelloSchema,
  gatewayApiPaths,
  inFlightReportSchema,
  routingAcknowledgementSchema,
  routingQuerySchema,
  type GatewayHello,
} from "#server/gateway-api/protocol";
import { GatewayAgent } from "#server/gateway/agent/agent";
import type { MirrorLimits } from "#server/gateway/mirror/budget";
import { Mirror } from "#server/gateway/mirror/mirror";
import { gatewayLayout, type GatewayLayout } from "#server/gateway/layout";
import { sendCommand } from "#server/gateway/proxy/command-socket";
import { gatewaySettingsSchema, type GatewaySettings } from "#server/gateway/settings";
import { systemClock } from "#server/kernel/clock";
import { loadTestEnvironment } from "#server/kernel/env";
import { createLogger } from "#server/kernel/log";
import { certificateFor } from "./certificates";
import { freePort } from "./free-ports";

/** Waits until a condition holds; fails with what was waited for after `timeoutMs`. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${String(timeoutMs)} ms in vain for: ${what}`);
    await pause(10);
  }
}

/** A self-signed certificate with its key, as the proxy reads it. */
export async function selfSignedPem(): Promise<string> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], { keySize: 2048, algorithm: "sha256" });
  return `${cert.trim()}\n${key.trim()}\n`;
}

/** The control plane's side of the gateway API, as far as an agent can tell. */
export class TestControlPlane {
  readonly acknowledgements: RoutingAcknowledgement[] = [];
  readonly reports: InFlightReport[] = [];
  readonly hellos: GatewayHello[] = [];
  /** Chain and key of domains, by name and SHA-256 with a space between. */
  readonly certificates = new Map<string, string>();
  private document: { readonly revision: number } = { revision: -1 };
  private readonly waiting = new Set<() => void>();
  private server: Server | null = null;

  constructor(
    readonly socketPath: string,
    private readonly token: string,
  ) {}

  async start(): Promise<void> {
    rmSync(this.socketPath, { force: true });
    const server = createHttpServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://control-plane");
      if (request.headers.authorization !== `Bearer ${this.token}`) {
        response.writeHead(401).end();
        return;
      }
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        void this.answer(url, body).then((document) => {
          if (document === null) response.writeHead(204).end();
          else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
        });
      });
    });
    this.server = server.listen(this.socketPath);
    await once(server, "listening");
  }

  private async answer(url: URL, body: string): Promise<unknown> {
    if (url.pathname === gatewayApiPaths.routing) return this.poll(routingQuerySchema.parse(Object.fromEntries(url.searchParams)));
    if (url.pathname === gatewayApiPaths.certificate) {
      const { name, sha256 } = certificateQuerySchema.parse(Object.fromEntries(url.searchParams));
      return { pem: this.certificates.get(`${name} ${sha256}`) };
    }
    if (url.pathname === gatewayApiPaths.acknowledgements) this.acknowledgements.push(routingAcknowledgementSchema.parse(JSON.parse(body)));
    if (url.pathname === gatewayApiPaths.inFlight) this.reports.push(inFlightReportSchema.parse(JSON.parse(body)));
    if (url.pathname === gatewayApiPaths.hello) this.hellos.push(gatewayHelloSchema.parse(JSON.parse(body)));
    return null;
  }

  private async poll({ after, waitMs }: { readonly after: number; readonly waitMs: number }): Promise<unknown> {
    const news = () => (this.document.revision >= 0 && this.document.revision !== after ? this.document : null);
    if (news() !== null) return news();
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.waiting.add(wake);
    });
    return news();
  }

  /** Offers a document, which need not be a valid revision, and resolves to what the gateway acknowledges of it. */
  async publish(document: { readonly revision: number }): Promise<RoutingAcknowledgement> {
    const before = this.acknowledgements.length;
    this.document = document;
    for (const wake of this.waiting) wake();
    const own = () => this.acknowledgements.slice(before).find(({ revision }) => revision === document.revision);
    await until(`an acknowledgement of revision ${String(document.revision)}`, () => own() !== undefined, 15_000);
    const found = own();
    if (found === undefined) throw new Error("unreachable: the acknowledgement was there");
    return found;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    for (const wake of this.waiting) wake();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}

/** The proxy as the gateway container runs it: a master and its worker. */
export class TestProxy {
  private child: ChildProcess | null = null;
  output = "";

  constructor(
    private readonly binary: string,
    private readonly layout: GatewayLayout,
  ) {}

  async start(): Promise<void> {
    const child = spawn(this.binary, ["-W", "-db", "-S", this.layout.masterSocket, "-f", join(this.layout.current, "haproxy.cfg")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.child = child;
    child.stderr.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    await until("the proxy to answer", () => this.answers()).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output}`);
    });
  }

  private answers(): Promise<boolean> {
    return sendCommand(this.layout.adminSocket, "show info").then(
      (answer) => answer.includes("Pid:"),
      () => false,
    );
  }

  async workerPid(): Promise<number> {
    return Number(/^Pid: (\d+)$/m.exec(await sendCommand(this.layout.adminSocket, "show info"))?.[1]);
  }

  /** Ends master and worker without warning. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const worker = await this.workerPid().catch(() => null);
    child.kill("SIGKILL");
    if (worker !== null && worker > 0) process.kill(worker, "SIGKILL");
    await once(child, "exit");
    this.child = null;
  }
}

export interface TestGatewayOptions {
  /** Chain and key in PEM; a self-signed one when not given. */
  readonly certificate?: string;
  readonly settings?: Partial<GatewaySettings>;
  readonly mirrorLimits?: Partial<MirrorLimits>;
}

/** A gateway without a container: the real agent in this process, the real proxy beside it, and a control plane of a test. */
export class TestGateway {
  readonly layout: GatewayLayout;
  readonly controlPlane: TestControlPlane;
  readonly proxy: TestProxy;
  agent: GatewayAgent;
  mirror: Mirror;

  private constructor(
    readonly directory: string,
    readonly settings: GatewaySettings,
    private readonly binary: string,
    private readonly mirrorLimits: Partial<MirrorLimits>,
  ) {
    this.layout = gatewayLayout(directory);
    this.controlPlane = new TestControlPlane(settings.paths.apiSocket, "token-of-the-test");
    this.proxy = new TestProxy(binary, this.layout);
    this.agent = this.newAgent();
    this.mirror = this.newMirror();
  }

  private newMirror(): Mirror {
    const { gatewayId, spoolBytes } = this.settings;
    return new Mirror({
      layout: this.layout,
      gatewayId,
      spoolBytes,
      clock: systemClock,
      log: createLogger("gateway-mirror", "fatal"),
      limits: this.mirrorLimits,
    });
  }

  private newAgent(haproxy = this.binary): GatewayAgent {
    return new GatewayAgent({ directory: this.directory, settings: this.settings, haproxy, clock: systemClock, log: createLogger("gateway-agent", "fatal") });
  }

  static async start(options: TestGatewayOptions = {}): Promise<TestGateway> {
    const { haproxy } = loadTestEnvironment();
    if (haproxy === null) throw new Error("SLUICE_TEST_HAPROXY is not set: the gateway tests need HAProxy 3.4");
    const directory = mkdtempSync(join(tmpdir(), "sluice-gateway-"));
    mkdirSync(join(directory, "tls"));
    writeFileSync(join(directory, "tls", "gateway.pem"), options.certificate ?? (await selfSignedPem()));
    writeFileSync(join(directory, "token"), "token-of-the-test\n");
    const settings = gatewaySettingsSchema.parse({
      gatewayId: "gw_test",
      name: "test",
      bind: { address: "127.0.0.1", port: await freePort() },
      plainHttp: { port: await freePort() },
      domain: "endpoints.example.com",
      paths: { apiSocket: join(directory, "api.sock"), token: join(directory, "token") },
      ...options.settings,
    });
    const gateway = new TestGateway(directory, settings, haproxy, options.mirrorLimits ?? {});
    await gateway.controlPlane.start();
    await gateway.agent.start();
    await gateway.mirror.start();
    await gateway.proxy.start();
    return gateway;
  }

  get url(): string {
    return `https://127.0.0.1:${String(this.settings.bind.port)}`;
  }

  get plainUrl(): string {
    return `http://127.0.0.1:${String(this.settings.plainHttp?.port ?? 0)}`;
  }

  /** Has the control plane hand out a new certificate for a domain, which may be for other names too; resolves to how a revision names it. */
  async offerCertificate(name: string, names: readonly string[] = [name]): Promise<RoutingDomain> {
    const { certificate, privateKey } = await certificateFor(names);
    const chain = `${certificate.trim()}\n`;
    const sha256 = createHash("sha256").update(chain).digest("hex");
    this.controlPlane.certificates.set(`${name} ${sha256}`, `${chain}${privateKey}`);
    return { name, sha256 };
  }

  /** Puts a revision in force; fails when the gateway refuses it. */
  async program(revision: RoutingRevision): Promise<RoutingAcknowledgement> {
    const acknowledgement = await this.controlPlane.publish(revision);
    if (acknowledgement.outcome !== "applied") throw new Error(`revision refused: ${acknowledgement.reason}\n${this.proxy.output}`);
    return acknowledgement;
  }

  /** `checkBinary` is what the new agent checks configurations with. */
  async restartAgent(options: { readonly checkBinary?: string } = {}): Promise<void> {
    await this.agent.stop();
    this.agent = this.newAgent(options.checkBinary);
    await this.agent.start();
  }

  /** Every row that was handed over so far, oldest first. */
  rows(): RequestRow[] {
    return this.spooled("requests-").map((line) => JSON.parse(line) as RequestRow);
  }

  /** What the mirror handed over so far. */
  records(): MirrorRecord[] {
    return this.spooled("mirrored-").map((line) => JSON.parse(line) as MirrorRecord);
  }

  private spooled(prefix: string): string[] {
    const files = readdirSync(this.layout.spool).filter((name) => name.startsWith(prefix) && name.endsWith(".ndjson"));
    const lines = files.sort().flatMap((name) => readFileSync(join(this.layout.spool, name), "utf8").split("\n"));
    return lines.filter((line) => line !== "");
  }

  async restartMirror(): Promise<void> {
    this.mirror = this.newMirror();
    await this.mirror.start();
  }

  async stop(): Promise<void> {
    await this.agent.stop();
    await this.mirror.stop();
    await this.proxy.kill();
    await this.controlPlane.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
