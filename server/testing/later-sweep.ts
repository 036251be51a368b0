import { openArtifacts } from "#server/artifacts/open";
import { ArtifactSweep } from "#server/control/sweep/artifacts";
import type { Settings } from "#server/kernel/env";
import { createStore } from "#server/store/store";

const hourMs = 3_600_000;

/**
 * The artifact sweep of a product, run from its first hour on that could find today's blobs old, at each of these hours. What nobody names is
 * set aside first and removed at a later look, so several are needed. Resolves with how much was removed or set aside.
 */
export async function sweepDaysLater(databaseUrl: string, settings: Pick<Settings, "home" | "artifactBucket">, looks = 4): Promise<number> {
  const store = createStore({ databaseUrl, maxConnections: 2 });
  let hours = 72;
  const now = (): number => Date.now() + hours * hourMs;
  const sweep = new ArtifactSweep({ store, sweeper: openArtifacts(settings).sweeper, clock: { now, sleep: () => Promise.resolve() } });
  let removed = 0;
  try {
    for (let look = 0; look < looks; look += 1, hours += 2) removed += await sweep.run();
  } finally {
    await store.close();
  }
  return removed;
}
