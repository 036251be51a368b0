// Processes of an earlier start, known by pid and the moment they began.
import fs from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * When a process began, in clock ticks since the machine did; undefined when there is no such process. With the pid it names a process for good.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startTicks(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A process that ended and was not waited for yet is none.
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

const isAlive = ({ pid, startTicks: began }) => began !== undefined && startTicks(pid) === began;

async function gone(entries, limitMs) {
  for (const end = Date.now() + limitMs; Date.now() < end && entries.some(isAlive);) await delay(100);
  return !entries.some(isAlive);
}

function signal(entry, name) {
  try {
    process.kill(entry.pid, name);
  } catch {
    // It ended by itself meanwhile.
  }
}

/**
 * Ends what a start that was killed left behind. Its supervisor ends everything by itself when it notices, so that is waited for first; gateway and
 * instances are containers and go on serving. Answers the names of what had to be ended.
 * @param {string} pidFile
 * @param {(line: string) => void} [say]
 */
export async function endLeftovers(pidFile, say = () => {}) {
  let entries = [];
  try {
    entries = JSON.parse(fs.readFileSync(pidFile, "utf8")).filter(isAlive);
  } catch {
    return [];
  }
  if (entries.some(({ name }) => name === "supervisor")) {
    say("  an earlier run is ending; waiting for it");
    await gone(entries, 20_000);
    entries = entries.filter(isAlive);
  }
  // The supervisor goes first: it would start the others again.
  entries.sort((a) => (a.name === "supervisor" ? -1 : 1));
  for (const entry of entries) signal(entry, "SIGTERM");
  if (!(await gone(entries, 5000))) for (const entry of entries.filter(isAlive)) signal(entry, "SIGKILL");
  await gone(entries, 5000);
  fs.rmSync(pidFile, { force: true });
  return entries.map(({ name }) => name);
}
