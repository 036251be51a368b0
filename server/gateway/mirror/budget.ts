import type { MirrorReason } from "#server/domain/mirror/types";

export interface MirrorLimits {
  /** Longest body in bytes that is copied. */
  readonly bodyBytes: number;
  /** Bytes of all copies together, waiting or under way. */
  readonly heldBytes: number;
  /** Copies under way at one shadow: one that hangs takes nothing from another. */
  readonly copiesPerShadow: number;
  /** Longest answer in bytes that is compared. */
  readonly answerBytes: number;
  /** Comparisons in a second; beyond it copies are made but not compared. */
  readonly comparisonsPerSecond: number;
  /** A shadow's answer is not waited for any longer, in milliseconds; normally the proxy ends it long before, by the shadow's own time limits. */
  readonly copyMs: number;
}

export const defaultMirrorLimits: MirrorLimits = {
  bodyBytes: 1_048_576,
  heldBytes: 67_108_864,
  copiesPerShadow: 32,
  answerBytes: 262_144,
  comparisonsPerSecond: 200,
  copyMs: 3_700_000,
};

/** What the copies take of this process. A shadow that is slow or gone uses up its part, and further copies are skipped; callers never wait for it. */
export class MirrorBudget {
  private held = 0;
  private readonly copies = new Map<string, number>();
  private second = 0;
  private compared = 0;

  constructor(readonly limits: MirrorLimits) {}

  /** Bytes of a body that is being kept; false when there is no room for them. */
  hold(bytes: number): boolean {
    if (this.held + bytes > this.limits.heldBytes) return false;
    this.held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }

  /** A place for one more copy at the shadow, or why there is none. */
  begin(shadow: string): MirrorReason {
    const running = this.copies.get(shadow) ?? 0;
    if (running >= this.limits.copiesPerShadow) return "too_many_copies";
    this.copies.set(shadow, running + 1);
    return "";
  }

  end(shadow: string): void {
    const running = (this.copies.get(shadow) ?? 0) - 1;
    if (running > 0) this.copies.set(shadow, running);
    else this.copies.delete(shadow);
  }

  /** `now` in Unix milliseconds. */
  mayCompare(now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.second) [this.second, this.compared] = [second, 0];
    this.compared += 1;
    return this.compared <= this.limits.comparisonsPerSecond;
  }
}
