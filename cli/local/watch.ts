import { statSync, watch, type FSWatcher } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Editors write a file in several steps. */
const quietMs = 250;

export interface WatchOptions {
  /** Told of a place that can be watched no more. */
  readonly onBlind: (place: string, error: Error) => void;
  readonly signal: AbortSignal;
}

/** A file is watched by way of its folder: most editors save by renaming a new file over it, and a watch of the file itself stays with the old one. */
function watchPlace(place: string, tell: () => void, { onBlind, signal }: WatchOptions): FSWatcher {
  const isFolder = statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const watcher = watch(isFolder ? place : path.dirname(place), { recursive: isFolder, signal }, (_event, name) => {
    if (name !== null && /(^|\/)(__pycache__|\.git)(\/|$)|~$|\.sw.$/.test(name)) return;
    if (isFolder || name === null || name === path.basename(place)) tell();
  });
  watcher.on("error", (error) => onBlind(place, error));
  return watcher;
}

/**
 * Calls `onChange` after changes of the given files and below the given folders, one call at a time, until the signal aborts. It answers what is to be
 * watched from then on.
 */
export async function watchPlaces(places: readonly string[], onChange: () => Promise<readonly string[]>, options: WatchOptions): Promise<void> {
  const { signal } = options;
  const news = { changed: false, wake: (): void => undefined };
  const tell = (): void => {
    news.changed = true;
    news.wake();
  };
  const watchAll = (all: readonly string[]): FSWatcher[] => all.map((place) => watchPlace(place, tell, options));
  let watched = places;
  let watchers = watchAll(watched);
  signal.addEventListener("abort", () => news.wake(), { once: true });
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    if (!news.changed) await new Promise<void>((resolve) => (news.wake = resolve));
    if (isOver()) return;
    await delay(quietMs);
    news.changed = false;
    const wanted = await onChange();
    if (isOver() || wanted.join("\n") === watched.join("\n")) continue;
    for (const watcher of watchers) watcher.close();
    watched = wanted;
    watchers = watchAll(watched);
  }
}
