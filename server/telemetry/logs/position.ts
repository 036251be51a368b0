import { z } from "zod";
import { invalidInput } from "#server/domain/errors";

/** A line's place in the merge of all sources: by time, then by source. */
export interface Position {
  readonly at: number;
  readonly source: string;
}

/** How far each source was read: the time of its last line. */
export type Cursor = Readonly<Record<string, number>>;

const cursorSchema = z.record(z.string(), z.number());
const badPosition = () => invalidInput("log.bad_cursor", "This position in the log is not one that was handed out.");

export const encodeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString("base64url");

export function decodeCursor(text: string): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    throw badPosition();
  }
}

/** Four decimals tell any two times of today apart that a double can, so an id gives exactly its line's time back. */
export const lineId = (at: number, source: string): string => `${at.toFixed(4)}.${source}`;

export function decodePosition(id: string): Position {
  const [, at, source] = /^(\d{1,15}\.\d{4})\.(.*)$/.exec(id) ?? [];
  if (at === undefined || source === undefined) throw badPosition();
  return { at: Number(at), source };
}

export const comparePositions = (a: Position, b: Position): number => a.at - b.at || (a.source < b.source ? -1 : a.source > b.source ? 1 : 0);

/** Half of what two lines of one source are apart at least. */
const halfTick = 0.0005;

/** First time of a source that is not before a position any more: at equal times the source's name decides. */
export const endFor = (source: string, { at, source: own }: Position): number => (source < own ? at + halfTick : at);

/** Last time of a source that is still before a position. */
export const startFor = (source: string, { at, source: own }: Position): number => (source < own ? at : at - halfTick);
