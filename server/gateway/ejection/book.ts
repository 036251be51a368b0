/** One answer of an instance, as the access log tells it. */
export interface InstanceAnswer {
  readonly instanceId: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** The model's status is 500 or above, its connection broke, or it did not answer in time. */
  readonly failed: boolean;
  /** From the hand-over to the first byte of the answer; -1 when there was none. */
  readonly modelMs: number;
}

/** What the judgement of an answer needs to know of the deployment. */
export interface Surroundings {
  /** Instances that are to serve, the answering one among them. */
  readonly serving: readonly string[];
  /** Half of what the others can do at once is enough for all that runs: one that is only slow may be spared. */
  readonly roomy: boolean;
}

interface Record {
  failedInRow: number;
  slowInRow: number;
  goodInRow: number;
  lastGoodAt: number;
  answers: number;
  meanMs: number;
  /** Ejections since it last proved itself. */
  ejections: number;
  ejectedUntil: number | null;
}

/** Bad answers in a row until an instance is ejected, and until one that was tried again is. */
const patience = { first: 5, again: 2 } as const;
/** Good answers in a row by which a tried one proves itself. */
const proof = 10;
const holdMs = { first: 3000, longest: 60_000 } as const;
/** Older news of a peer says nothing about now. */
const freshMs = 10_000;
/** Slow is beyond this many times the peers' mean, and by more than noise. */
const slow = { times: 4, aboveMs: 50, samples: 20 } as const;
const meanShare = 0.1;

const unknown = (): Record => ({
  failedInRow: 0,
  slowInRow: 0,
  goodInRow: 0,
  lastGoodAt: Number.NEGATIVE_INFINITY,
  answers: 0,
  meanMs: 0,
  ejections: 0,
  ejectedUntil: null,
});

/**
 * Finds instances that are worse than their peers. Only a comparison counts: what fails everywhere (a bad input, a bug of the model) ejects nobody,
 * at most half of a deployment's instances are out at once, and each comes back on trial after a while that doubles.
 */
export class EjectionBook {
  private readonly records = new Map<string, Record>();

  private of(instanceId: string): Record {
    const known = this.records.get(instanceId) ?? unknown();
    this.records.set(instanceId, known);
    return known;
  }

  isEjected = (instanceId: string): boolean => (this.records.get(instanceId)?.ejectedUntil ?? null) !== null;

  /** Takes an answer into account; true when its instance is to be ejected now. */
  take(answer: InstanceAnswer, { serving, roomy }: Surroundings): boolean {
    const record = this.of(answer.instanceId);
    const peers = serving.filter((id) => id !== answer.instanceId && !this.isEjected(id)).map((id) => this.of(id));
    this.count(record, answer, peers);
    if (record.ejectedUntil !== null) return false;
    const limit = record.ejections > 0 ? patience.again : patience.first;
    const worse = record.failedInRow >= limit || (record.slowInRow >= limit && roomy);
    const better = peers.some((peer) => peer.failedInRow === 0 && peer.slowInRow === 0 && answer.at - peer.lastGoodAt < freshMs);
    const out = serving.filter((id) => this.isEjected(id)).length;
    if (!worse || !better || out + 1 > serving.length / 2) return false;
    record.ejections += 1;
    record.ejectedUntil = answer.at + Math.min(holdMs.longest, holdMs.first * 2 ** (record.ejections - 1));
    return true;
  }

  private count(record: Record, { at, failed, modelMs }: InstanceAnswer, peers: readonly Record[]): void {
    if (failed) {
      record.failedInRow += 1;
      record.goodInRow = 0;
      return;
    }
    const known = peers.filter(({ answers }) => answers >= slow.samples);
    const usualMs = known.reduce((sum, { meanMs }) => sum + meanMs, 0) / known.length;
    record.failedInRow = 0;
    if (modelMs > slow.times * usualMs && modelMs > usualMs + slow.aboveMs) {
      record.slowInRow += 1;
      record.goodInRow = 0;
      return;
    }
    record.slowInRow = 0;
    record.goodInRow += 1;
    record.lastGoodAt = at;
    record.answers += 1;
    record.meanMs = record.answers === 1 ? modelMs : record.meanMs + meanShare * (modelMs - record.meanMs);
    if (record.goodInRow >= proof) record.ejections = 0;
  }

  /** Instances that are to be tried again, because their time is over or too few others are left; they count as back. */
  release(now: number, deployments: readonly (readonly string[])[]): readonly string[] {
    const back: string[] = [];
    for (const serving of deployments) {
      const out = serving.filter((id) => this.isEjected(id)).sort((a, b) => (this.of(a).ejectedUntil ?? 0) - (this.of(b).ejectedUntil ?? 0));
      const tooMany = Math.max(0, out.length - Math.floor(serving.length / 2));
      back.push(...out.filter((id, index) => index < tooMany || (this.of(id).ejectedUntil ?? 0) <= now));
    }
    for (const id of back) Object.assign(this.of(id), { ejectedUntil: null, failedInRow: 0, slowInRow: 0, goodInRow: 0 });
    const known = new Set(deployments.flat());
    for (const id of this.records.keys()) if (!known.has(id)) this.records.delete(id);
    return back;
  }

  /** Forgets everything: the proxy is a new one, in which nothing is ejected. */
  clear(): void {
    this.records.clear();
  }
}
