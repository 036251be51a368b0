import { watch } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Editors write a file in several steps. */
const quietMs = 250;

/** Calls `onChange` after changes below the given files and folders, one call at a time, until the signal aborts. */
export async function watchPlaces(places: readonly string[], onChange: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const news = { changed: false, wake: (): void => undefined };
  const watchers = places.map((place) =>
    watch(place, { recursive: true, signal }, (_event, name) => {
      if (name !== null && /(^|\/)(__pycache__|\.git)(\/|$)|~$|\.sw.$/.test(name)) return;
      news.changed = true;
      news.wake();
    }),
  );
  for (const watcher of watchers) watcher.on("error", () => undefined);
  signal.addEventListener("abort", () => news.wake(), { once: true });
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    if (!news.changed) await new Promise<void>((resolve) => (news.wake = resolve));
    if (isOver()) return;
    await delay(quietMs);
    news.changed = false;
    await onChange();
  }
}
