import { z } from "zod";

/** One line as it lies in a log file. `at` is strictly growing within one source, so it is the line's position too. */
export interface StoredLine {
  /** Unix milliseconds with fraction. */
  readonly at: number;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** It goes on with the entry of the line before it, as the lines of a traceback do. */
  readonly more?: boolean | undefined;
}

const schema = z.object({ at: z.number(), stream: z.enum(["stdout", "stderr"]), text: z.string(), more: z.boolean().optional() });

/** Longest text kept of a line; an engine hands longer ones out in pieces anyway. */
const maxText = 32_768;

export const encodeLine = (line: StoredLine): string =>
  `${JSON.stringify({ at: line.at, stream: line.stream, ...(line.more === true ? { more: true } : {}), text: line.text.length > maxText ? `${line.text.slice(0, maxText)}…` : line.text })}\n`;

/** Null for anything that is not a whole line of ours. */
export function decodeLine(text: string): StoredLine | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Position of an encoded line without parsing its text; lines are written with `at` first. */
export function positionOf(text: string): number | null {
  const at = /^\{"at":([\d.]+),/.exec(text)?.[1];
  return at === undefined ? null : Number(at);
}
