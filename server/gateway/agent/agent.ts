import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { z } from "zod";
import { judgeRequired } from "#server/domain/routing/features";
import type { InFlightReport, RoutingAcknowledgement } from "#server/domain/routing/types";
import { validateRevision } from "#server/domain/routing/validate";
import { storableText } from "#server/domain/storable";
import { backoffMs } from "#server/kernel/backoff";
import type { Clock } from "#server/kernel/clock";
import type { Logger } from "#server/kernel/log";
import { AccessLogReceiver } from "../access-log/receiver";
import { Spool } from "../access-log/spool";
import { Ejector } from "../ejection/ejector";
import { gatewayLayout, type GatewayLayout } from "../layout";
import { ProxyUnreachable } from "../proxy/command-socket";
import { readInFlight, readProxyInfo } from "../proxy/in-flight";
import { readLimitUse } from "../proxy/limit-use";
import { gatewaySettingsSchema, type GatewaySettings } from "../settings";
import { callersAddress } from "./callers-address";
import { CertificateWatch } from "./certificate-watch";
import { ControlPlaneClient, ControlPlaneError } from "./control-plane-client";
import { DomainCertificates } from "./domain-certificates";
import { Programmer, RevisionRefused } from "./programmer";

export interface AgentOptions {
  readonly directory: string;
  readonly settings: GatewaySettings;
  readonly haproxy: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const tickMs = 1000;
const retireTickMs = 250;
/** A report is sent when it changed, and as a sign of life after this many ticks without change. */
const quietTicks = 10;
/** The proxy is compared with the revision in force this often even when nothing seems to have happened. */
const resyncTicks = 30;
/** The only release line whose runtime commands this agent knows. */
const proxyLine = "3.4.";
const retryMs = { baseMs: 200, capMs: 2000 };
/** What must be readable of any release's document. */
const envelopeSchema = z.object({ revision: z.int(), requires: z.array(z.string()).default([]) });

/**
 * The agent of one gateway: fetches routing revisions, puts them in force, acknowledges them, keeps the proxy at the last good one,
 * reports requests in flight and spools the access log. Requests never pass through it, and the proxy serves without it.
 */
export class GatewayAgent {
  private readonly layout: GatewayLayout;
  private readonly stopping = new AbortController();
  private readonly programmer: Programmer;
  private readonly controlPlane: ControlPlaneClient;
  private readonly spool: Spool;
  private readonly receiver: AccessLogReceiver;
  private readonly ejector: Ejector;
  private readonly certificates: CertificateWatch;
  private readonly domains: DomainCertificates;
  private loops: Promise<unknown> = Promise.resolve();
  private lock: Promise<unknown> = Promise.resolve();
  private greeted = false;
  private seenRevision = -1;
  private proxy: { readonly pid: number; readonly version: string } | null = null;
  private droppedLogs = 0;
  private droppedBefore = 0;
  private lastReport = "";
  private ticks = 0;
  private quiet = 0;

  constructor(private readonly options: AgentOptions) {
    const { directory, settings, haproxy, clock, log } = options;
    this.layout = gatewayLayout(directory);
    this.programmer = new Programmer({ layout: this.layout, settings, haproxy, log });
    this.controlPlane = new ControlPlaneClient(settings.paths.apiSocket, settings.paths.token, this.stopping.signal);
    this.spool = new Spool({ directory: this.layout.spool, capBytes: settings.spoolBytes, clock });
    this.ejector = new Ejector({ adminSocket: this.layout.adminSocket, log, state: () => this.programmer.state });
    this.receiver = new AccessLogReceiver(this.layout.accessLogSocket, settings.gatewayId, this.spool, (row) => this.ejector.take(row));
    this.certificates = new CertificateWatch(this.layout, log);
    this.domains = new DomainCertificates({
      layout: this.layout,
      log,
      fetch: (domain) => this.controlPlane.fetchCertificate(domain),
      exclusively: (work) => this.exclusively(work),
    });
  }

  /** Prepares the files so that a proxy can start, opens the log socket and starts the loops. */
  async start(): Promise<void> {
    await this.domains.prepare();
    await this.programmer.start();
    await this.receiver.start();
    this.loops = Promise.all([this.loop("routing", () => this.routingPass()), this.loop("proxy", () => this.proxyPass())]);
  }

  /** Ends the loops, waits for a change that is under way and hands the spool over. The proxy keeps serving. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error("the agent is stopping"));
    await this.loops;
    await this.receiver.stop();
  }

  /** Runs passes until stopped; a pass that throws is tried again after a growing pause. */
  private async loop(name: string, pass: () => Promise<void>): Promise<void> {
    const { clock, log } = this.options;
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await pass();
        if (failures > 0) log.info({ loop: name }, "works again");
        failures = 0;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        failures += 1;
        const expected = error instanceof ControlPlaneError || error instanceof ProxyUnreachable;
        if (failures === 1) log[expected ? "warn" : "error"]({ loop: name, err: error }, "failed; trying again");
        await clock.sleep(backoffMs(failures, retryMs, Math.random()), signal).catch(() => undefined);
      }
    }
  }

  /** Changes of the proxy never overlap. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.lock.then(work, work);
    this.lock = result.catch(() => undefined);
    return result;
  }

  private async routingPass(): Promise<void> {
    if (!this.greeted) await this.greet();
    const document = await this.controlPlane.fetchRouting(this.seenRevision).catch((error: unknown) => {
      this.greeted = false;
      throw error;
    });
    if (document === null) return;
    const { revision, requires } = envelopeSchema.parse(document);
    const acknowledgement = await this.decide(revision, requires, document);
    this.seenRevision = revision;
    await this.deliver(acknowledgement);
    await this.exclusively(() => this.programmer.prune());
  }

  private async greet(): Promise<void> {
    const { settings } = this.options;
    const { gatewayId, name } = settings;
    const address = callersAddress(settings, hostname());
    await this.controlPlane.hello({ gatewayId, name, address, proxyVersion: this.proxy?.version ?? "" });
    this.greeted = true;
  }

  /** Puts a fetched document in force, or says why not; waits for a proxy that is away. */
  private async decide(revision: number, requires: readonly string[], document: unknown): Promise<RoutingAcknowledgement> {
    const { settings, clock, log } = this.options;
    const answer = (outcome: "applied" | "refused", digest: string, reason: string): RoutingAcknowledgement => {
      log[outcome === "applied" ? "info" : "warn"]({ revision, outcome, reason }, "routing revision");
      return { gatewayId: settings.gatewayId, revision, outcome, appliedAt: clock.now(), digest, reason: storableText(reason.slice(0, 4000)) };
    };
    // First, since values of fields that are not known are dropped unread: nobody would be told that a limit does not hold.
    const strange = judgeRequired(requires);
    if (strange !== null) return answer("refused", "", strange);
    const judged = validateRevision(document);
    if (!judged.ok) return answer("refused", "", judged.error.map(({ path, reason }) => `${path}: ${reason}`).join("; "));
    try {
      const digest = await this.exclusively(() => this.programmer.apply(judged.data));
      // Whoever is left may be too few to do without those that are out.
      void this.ejector.release(clock.now());
      return answer("applied", digest, "");
    } catch (error) {
      if (error instanceof RevisionRefused) return answer("refused", "", error.message);
      throw error;
    }
  }

  /** An acknowledgement must arrive, as rollouts wait for it; one that is not understood never will. */
  private async deliver(acknowledgement: RoutingAcknowledgement): Promise<void> {
    const { clock, log } = this.options;
    for (let failures = 1; !this.stopping.signal.aborted; failures += 1) {
      try {
        await this.controlPlane.acknowledge(acknowledgement);
        return;
      } catch (error) {
        if (error instanceof ControlPlaneError && error.status >= 400 && error.status < 500 && error.status !== 401) {
          log.error({ err: error, revision: acknowledgement.revision }, "the acknowledgement was not accepted");
          return;
        }
        this.greeted = false;
        await clock.sleep(backoffMs(failures, retryMs, Math.random()), this.stopping.signal).catch(() => undefined);
      }
    }
  }

  private async proxyPass(): Promise<void> {
    const { clock } = this.options;
    const busy = await this.observeProxy().catch((error: unknown) => {
      if (error instanceof ProxyUnreachable) this.proxy = null;
      throw error;
    });
    await this.report();
    await this.ejector.release(clock.now());
    await clock.sleep(busy ? retireTickMs : tickMs, this.stopping.signal).catch(() => undefined);
  }

  /** Follows restarts of the proxy, repairs what differs, deletes what is out of use. Resolves to whether some of that is left. */
  private async observeProxy(): Promise<boolean> {
    const { adminSocket } = this.layout;
    const info = await readProxyInfo(adminSocket);
    const restarted = info.pid !== this.proxy?.pid;
    if (restarted) this.droppedBefore += this.droppedLogs;
    this.droppedLogs = info.droppedLogs;
    this.ticks += 1;
    if (restarted || this.ticks % resyncTicks === 0) await this.exclusively(() => this.resync(restarted));
    if (restarted) this.domains.forget();
    if (restarted) await this.ejector.reset();
    if (restarted && !info.version.startsWith(proxyLine)) this.options.log.error({ version: info.version }, `the proxy must be HAProxy ${proxyLine}x`);
    this.proxy = { pid: info.pid, version: info.version };
    await this.exclusively(() => this.certificates.pass());
    await this.domains.pass(this.programmer.domains);
    return this.exclusively(() => this.programmer.retire());
  }

  private async resync(restarted: boolean): Promise<void> {
    const { log } = this.options;
    if (restarted && this.programmer.templateIsStale()) {
      await this.programmer.applyTemplate().catch((error: unknown) => {
        if (!(error instanceof RevisionRefused)) throw error;
        log.error({ err: error }, "the template of this release is refused; the old one stays");
      });
    }
    await this.programmer.reconcile();
  }

  private async report(): Promise<void> {
    const { settings, clock } = this.options;
    const { running, queued } = await readInFlight(this.layout.adminSocket, this.programmer.backends);
    this.ejector.observeRunning(running);
    const shedLogLines = this.spool.shed + this.droppedBefore + this.droppedLogs;
    const limits = this.programmer.hasLimits ? await readLimitUse(this.layout.adminSocket) : {};
    const figures = { instances: running, queuedByDeployment: queued, limits, shedLogLines };
    const text = JSON.stringify(figures);
    this.quiet += 1;
    if ((text === this.lastReport && this.quiet < quietTicks) || !this.greeted) return;
    const report: InFlightReport = { gatewayId: settings.gatewayId, observedAt: clock.now(), ...figures };
    // Away control planes are the routing loop's business; a lost report is made good by the next one.
    await this.controlPlane.reportInFlight(report).then(
      () => {
        this.lastReport = text;
        this.quiet = 0;
      },
      () => undefined,
    );
  }
}

/** Reads and checks `settings.json` of a gateway's folder; throws with the problem and the file's path. */
export async function readGatewaySettings(directory: string): Promise<GatewaySettings> {
  const file = gatewayLayout(directory).settings;
  const outcome = gatewaySettingsSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!outcome.success) throw new Error(`${file}: ${outcome.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")}`);
  return outcome.data;
}
