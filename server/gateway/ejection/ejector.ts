import type { RequestRow } from "#server/domain/request-row/types";
import { scoringErrorCodes } from "#server/domain/routing/error-codes";
import type { Logger } from "#server/kernel/log";
import type { ProxyState } from "../ir/proxy-state";
import { sendCommands } from "../proxy/command-socket";
import { EjectionBook, type Surroundings } from "./book";

export interface EjectorOptions {
  readonly adminSocket: string;
  readonly log: Logger;
  /** What the proxy runs; null before anything is in force. */
  readonly state: () => ProxyState | null;
}

interface Place {
  readonly backend: string;
  readonly serving: readonly string[];
  readonly maxConn: number;
}

/** Termination states of a server that took a request and broke off or stayed silent. */
const serverBroke = /^[Ss][HDL]/;
/** The same of calls that are copied or compressed: the front door sees the answer of a way behind it, which ended well. */
const brokeBehind: ReadonlySet<string> = new Set([scoringErrorCodes.ModelTimeout.code, scoringErrorCodes.ModelConnectionBroken.code]);

const hasFailed = ({ modelStatus, termination, errorCode }: RequestRow): boolean =>
  modelStatus >= 500 || serverBroke.test(termination) || brokeBehind.has(errorCode);

/**
 * Passive ejection: instances that answer worse than their peers get no new requests for a while, by a weight of zero, which membership (decided by
 * probes, in the revision) knows nothing of. Follows the access log, so it costs requests nothing.
 */
export class Ejector {
  private readonly book = new EjectionBook();
  private places = new Map<string, Place>();
  private placesOf: ProxyState | null = null;
  private running: Readonly<Record<string, number>> = {};

  constructor(private readonly options: EjectorOptions) {}

  /** Servers that take requests by the revision in force, with their company. */
  private placeOf(instanceId: string): Place | undefined {
    const state = this.options.state();
    if (state !== this.placesOf) {
      this.placesOf = state;
      this.places = new Map();
      for (const [backend, { servers }] of state?.backends ?? []) {
        const serving = [...servers].filter(([, { mode }]) => mode === "serve").map(([id]) => id);
        for (const [id, { maxConn }] of servers) if (serving.includes(id)) this.places.set(id, { backend, serving, maxConn });
      }
    }
    return this.places.get(instanceId);
  }

  private surroundings({ serving, maxConn }: Place): Surroundings {
    const busy = serving.reduce((sum, id) => sum + (this.running[id] ?? 0), 0);
    return { serving, roomy: busy <= ((serving.length - 1) * maxConn) / 2 };
  }

  /** Running requests by instance, as last counted. */
  observeRunning(running: Readonly<Record<string, number>>): void {
    this.running = running;
  }

  /** Takes one row of the access log into account. */
  take(row: RequestRow): void {
    const place = this.placeOf(row.instanceId);
    if (place === undefined || place.serving.length < 2) return;
    const answer = { instanceId: row.instanceId, at: row.startedAt + Math.max(0, row.totalMs), failed: hasFailed(row), modelMs: row.modelMs };
    if (!answer.failed && row.modelStatus === 0) return;
    if (!this.book.take(answer, this.surroundings(place))) return;
    this.options.log.warn({ instance: row.instanceId, backend: place.backend, failed: answer.failed }, "ejected: it answers worse than its peers");
    void this.setWeights([row.instanceId], "0");
  }

  /** Gives requests again to those whose time is over; called every second and after every change of the revision. */
  async release(now: number): Promise<void> {
    this.placeOf("");
    const deployments = [...new Set([...this.places.values()].map(({ serving }) => serving))];
    const back = this.book.release(now, deployments);
    if (back.length === 0) return;
    this.options.log.info({ instances: back }, "tried again after an ejection");
    await this.setWeights(back, "100%");
  }

  /** The proxy or this agent is a new one: nothing is ejected, whatever was before. */
  async reset(): Promise<void> {
    this.book.clear();
    this.placeOf("");
    await this.setWeights([...this.places.keys()], "100%");
  }

  /** A server that is gone meanwhile is no error; a proxy that is away starts again with full weights. */
  private async setWeights(instanceIds: readonly string[], weight: string): Promise<void> {
    const commands = instanceIds.flatMap((id) => {
      const place = this.places.get(id);
      return place === undefined ? [] : [`set weight ${place.backend}/${id} ${weight}`];
    });
    await sendCommands(this.options.adminSocket, commands).catch((error: unknown) => {
      this.options.log.debug({ err: error }, "weights could not be set");
    });
  }
}
