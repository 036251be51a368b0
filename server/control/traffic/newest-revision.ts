import type { StoredRevision } from "#server/store/gateways";
import type { Store } from "#server/store/store";

/**
 * The newest routing revision, read and judged once: a pass asks for it several times a second while splits change, and a large installation's has
 * megabytes. A row is never changed, so its number and digest say whether it is still the newest.
 */
export class NewestRevision {
  private known: StoredRevision | null = null;

  /** As `routing.findNewest`. */
  async read({ routing }: Pick<Store, "routing">): Promise<StoredRevision | null> {
    const row = await routing.findNewestDigest();
    if (row !== null && this.known?.revision === row.revision && this.known.digest === row.digest) return this.known;
    this.known = await routing.findNewest();
    return this.known;
  }

  /** Keeps what was just stored. */
  note(revision: StoredRevision): void {
    this.known = revision;
  }
}
