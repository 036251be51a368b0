import { byteText } from "../byte-text";

const time = (ms: unknown): string => (typeof ms !== "number" ? "" : ms < 1000 ? ` in ${String(Math.round(ms))} ms` : ` in ${(ms / 1000).toFixed(1)} s`);
const size = (bytes: unknown): string => (typeof bytes === "number" ? byteText(bytes) : "?");
const word = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "?");
const files = (count: unknown): string => (count === 1 ? "1 file" : `${word(count)} files`);

/** A line of the storage initializer for people: what was fetched, its size, its checksum, how long it took. Other lines stay as they are. */
export function initializerLine(text: string): string {
  let said: Readonly<Record<string, unknown>>;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return text;
    said = parsed as Readonly<Record<string, unknown>>;
  } catch {
    return text;
  }
  switch (said["event"]) {
    case "fetched":
      return `fetched ${files(said["files"])}, ${size(said["bytes"])}, from the artifact store${time(said["ms"])}`;
    case "started":
      return `verifies ${files(said["files"])}, ${size(said["bytes"])}`;
    case "verified":
      return `verified ${size(said["bytes"])} of sha256 ${word(said["sha256"])}${time(said["ms"])}`;
    case "placed":
      return `placed ${word(said["path"])}: ${size(said["bytes"])}, sha256 ${word(said["sha256"])}${time(said["ms"])}`;
    case "done":
      return `done: ${files(said["files"])}, ${size(said["bytes"])}${time(said["ms"])}${said["repeated"] === true ? ", all in place before" : ""}`;
    case "failed":
      return `failed: ${word(said["reason"])}`;
    default:
      return text;
  }
}
