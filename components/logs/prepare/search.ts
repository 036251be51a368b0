export type Ranges = readonly (readonly [number, number])[];
export interface Search {
  /** Half-open ranges of a plain text that match; empty when none does. */
  readonly find: (plain: string) => Ranges;
}

export type CompiledSearch = { readonly ok: true; readonly search: Search | null } | { readonly ok: false; readonly message: string };

// More marks than this on one line are noise, and a pattern like `.` must not make a thousand elements of it.
const mostRanges = 200;

function finder(pattern: RegExp): Search {
  return {
    find: (plain) => {
      const ranges: [number, number][] = [];
      for (const match of plain.matchAll(pattern)) {
        if (match[0].length > 0) ranges.push([match.index, match.index + match[0].length]);
        if (ranges.length >= mostRanges) break;
      }
      return ranges;
    },
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A text or a regular expression as a search; an empty one finds everything (null), a bad expression is said in its own words. */
export function compileSearch(text: string, asRegex: boolean, matchCase: boolean): CompiledSearch {
  if (text === "") return { ok: true, search: null };
  try {
    return { ok: true, search: finder(new RegExp(asRegex ? text : escaped(text), matchCase ? "gu" : "giu")) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : "Not a regular expression." };
  }
}

export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** Cuts a text that begins at `offset` of the line into matched and unmatched pieces. */
export function cutByRanges(text: string, offset: number, ranges: Ranges): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const [start, end] of ranges) {
    const low = Math.max(from, start - offset);
    const high = Math.min(text.length, end - offset);
    if (high <= low) continue;
    if (low > from) pieces.push({ text: text.slice(from, low), hit: false });
    pieces.push({ text: text.slice(low, high), hit: true });
    from = high;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), hit: false });
  return pieces;
}
