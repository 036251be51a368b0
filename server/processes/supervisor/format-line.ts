const levels: Readonly<Record<number, string>> = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "ERROR", 60: "FATAL" };
const width = 14;

/** One log line of a process as people read it, `12:00:01 studio        info  text`; null for an empty line. JSON lines are pino's. */
export function formatLine(name: string, line: string, now: Date = new Date()): string | null {
  const text = line.trim();
  if (text === "") return null;
  const prefix = `${now.toTimeString().slice(0, 8)} ${name.padEnd(width)}`;
  if (!text.startsWith("{")) return `${prefix} ${text}`;
  try {
    const entry = JSON.parse(text) as { level?: number; msg?: string; err?: { message?: string } };
    if (entry.msg === undefined && entry.err === undefined) return `${prefix} ${text}`;
    const cause = entry.err?.message === undefined || entry.msg === entry.err.message ? "" : `: ${entry.err.message}`;
    return `${prefix} ${(levels[entry.level ?? 30] ?? "info").padEnd(5)} ${entry.msg ?? ""}${cause}`;
  } catch {
    return `${prefix} ${text}`;
  }
}
