import type { LogLineDto } from "#server/contract/monitoring";
import { stripAnsi } from "./ansi";

export const levels = ["error", "warning", "info", "debug"] as const;
export type Level = (typeof levels)[number];

// Words at the front only: a message that mentions an error later is not one. The single letters are the inference server's own format.
const words: readonly (readonly [Level, RegExp])[] = [
  [
    "error",
    /\b(?:ERROR|CRITICAL|FATAL|[Ee]rror:|Traceback \(most recent call last\))(?!\w)|"level(?:name)?"\s*:\s*"(?:error|critical|fatal|ERROR|CRITICAL)"|(?:^|\s)E \[?\d|^[\w.]*(?:Error|Exception)\b/,
  ],
  ["warning", /\b(?:WARN(?:ING)?|[\w]*Warning:)(?!\w)|"level(?:name)?"\s*:\s*"(?:warn(?:ing)?|WARN(?:ING)?)"|(?:^|\s)W \[?\d/],
  ["debug", /\b(?:DEBUG|TRACE)\b|"level(?:name)?"\s*:\s*"(?:debug|trace|DEBUG)"|(?:^|\s)D \[?\d/],
];
const looked = 120;

/** How alarming a line is, by its own words; standard error alone says nothing, since Python logs everything there. */
export function levelOf(text: string): Level {
  const head = stripAnsi(text).slice(0, looked);
  return words.find(([, pattern]) => pattern.test(head))?.[0] ?? "info";
}

/** The object or array that a line is or ends in, as indented text; null when there is none worth folding. */
export function jsonOf(text: string): { readonly before: string; readonly pretty: string } | null {
  const plain = stripAnsi(text).trimEnd();
  const last = plain.at(-1);
  if (last !== "}" && last !== "]") return null;
  const start = plain.search(/[{[]/);
  if (start === -1 || plain.length - start < 3) return null;
  try {
    const value: unknown = JSON.parse(plain.slice(start));
    const pretty = JSON.stringify(value, null, 2);
    return pretty.includes("\n") ? { before: plain.slice(0, start).trimEnd(), pretty } : null;
  } catch {
    return null;
  }
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Local `14:03:22.041`. */
export function clockTime(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** Local `24 Nov 14:03:22`. */
export function dateTime(at: number): string {
  const day = new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return `${day} ${clockTime(at).slice(0, 8)}`;
}

/** Distance from the newest line: `-3.2 s`, `-12 min`. */
export function relativeTime(at: number, newest: number): string {
  const seconds = (newest - at) / 1000;
  if (seconds < 0.05) return "0 s";
  if (seconds < 60) return `−${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `−${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `−${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A file of lines: UTC time, deployment, instance, stream, text without colours. */
export const logFile = (lines: readonly LogLineDto[]): string =>
  lines
    .map((line) =>
      [new Date(line.at).toISOString(), line.deployment, line.instanceId, line.stream, stripAnsi(line.text)].filter((part) => part !== "").join(" "),
    )
    .join("\n") + "\n";
