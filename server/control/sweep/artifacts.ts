import type { ArtifactSweeper, OldBlob } from "#server/artifacts/sweeper";
import type { Clock } from "#server/kernel/clock";
import type { Store } from "#server/store/store";

const hourMs = 3_600_000;
/** A blob that was stored this recently may be about to be referred to: unpacking a large archive takes hours. */
export const artifactAgeMs = 24 * hourMs;
/** Nobody may have referred to a blob for this long. Whoever read of it before that has committed or given up: requests last minutes. */
export const unreferencedForMs = hourMs;
/** Removing is cheap, but a mistake should stay small. */
const batch = 500;

export interface ArtifactSweepOptions {
  readonly store: Pick<Store, "artifacts" | "uploads">;
  readonly sweeper: ArtifactSweeper;
  readonly clock: Clock;
}

/**
 * Frees blobs that no model, code or upload names. Between the look at the rows and the removal a row could come to name one, so a blob goes
 * only when it was old and unnamed at two looks an hour apart; a crash forgets the first look, which costs an hour and no blob.
 */
export class ArtifactSweep {
  readonly #unreferencedSince = new Map<string, number>();
  #nextAt = 0;
  #recovered = false;

  constructor(private readonly options: ArtifactSweepOptions) {}

  /** What `run` would remove now, all of it; nothing is touched. */
  async plan(): Promise<readonly OldBlob[]> {
    const { store, sweeper, clock } = this.options;
    const now = clock.now();
    // Files first, rows after them: a row that comes in between is then seen.
    const old = await sweeper.listOlder(now - artifactAgeMs);
    const named = new Set(await store.artifacts.listReferenced());
    const candidates = old.filter((blob) => !named.has(blob.sha256));
    const still = new Set(candidates.map((blob) => blob.sha256));
    for (const sha256 of this.#unreferencedSince.keys()) if (!still.has(sha256)) this.#unreferencedSince.delete(sha256);
    for (const sha256 of still) if (!this.#unreferencedSince.has(sha256)) this.#unreferencedSince.set(sha256, now);
    return candidates.filter((blob) => now - (this.#unreferencedSince.get(blob.sha256) ?? now) >= unreferencedForMs);
  }

  /** Removes unfinished files of killed processes and, once an hour, a batch of what nobody refers to; how many. */
  async run(): Promise<number> {
    const { store, sweeper, clock } = this.options;
    const now = clock.now();
    let removed = await sweeper.removeAbandoned(now - artifactAgeMs, batch);
    if (now < this.#nextAt) return removed;
    if (!this.#recovered) await sweeper.recover();
    this.#recovered = true;
    // An upload names its blob until it expires; only then can the blob become unnamed, and from then on nothing can be registered from it.
    await store.uploads.removeEnded(now);
    for (const { sha256 } of (await this.plan()).slice(0, batch)) {
      await store.artifacts.remove(sha256);
      if (await sweeper.removeOlder(sha256, now - artifactAgeMs)) removed += 1;
    }
    this.#nextAt = now + hourMs;
    return removed;
  }
}
