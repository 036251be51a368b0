// What becomes of a Docker engine that we started when nothing of ours needs it any more.
import fs from "node:fs";
import path from "node:path";
import { findEngine } from "./adopted.mjs";
import { ensureEngine, stopEngine } from "./engine.mjs";

/** Ends our own engine unless other containers run on it. */
export async function endEngine(place, docker, say) {
  const others = docker ? await docker.listContainers().catch(() => []) : [];
  if (others.length === 0) {
    if (await stopEngine({ home: place.home, log: () => {} })) say("  Docker engine stopped");
    return;
  }
  const engine = await findEngine(place.home);
  if (engine?.startedByUs) say(`  the Docker engine stays up: ${others.length} other containers run on it`);
}

/** The engine that holds what this installation made, or null: the one that answers, else our own, which a stop has ended. */
export async function engineForRemoval(place, say) {
  const found = await findEngine(place.home);
  if (found || process.getuid?.() !== 0 || !fs.existsSync(path.join(place.home, "engine"))) return found;
  return ensureEngine({ home: place.home, log: (line) => say(`  ${line}`) });
}

/** Ends our own engine for good. Answers false when others still have containers in it: then it and its folder must stay. */
export async function removeOwnEngine(place, docker, say) {
  const engine = await findEngine(place.home);
  if (!engine?.startedByUs) return true;
  const others = await docker.listContainers({ all: true });
  if (others.length > 0) {
    say(`  the Docker engine in ${path.join(place.home, "engine")} stays: ${others.length} containers of others are in it`);
    return false;
  }
  return stopEngine({ home: place.home });
}
