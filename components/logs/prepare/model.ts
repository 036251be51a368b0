import type { LogLineDto } from "#server/contract/monitoring";
import { stripAnsi } from "./ansi";
import { levelOf, type Level } from "./line";
import type { Search } from "./search";

/** The most lines kept in a page; others are read again when they are scrolled to. */
export const mostLines = 100_000;

/**
 * Appends what a poll brought: a line that is already there (same id) is left out, order is by time and stable, and the oldest fall off.
 * Answers the same array when nothing is new, so that nothing is drawn again.
 */
export function appendLines(before: readonly LogLineDto[], fresh: readonly LogLineDto[], most = mostLines): readonly LogLineDto[] {
  if (fresh.length === 0) return before;
  const known = new Set(before.slice(-20_000).map((line) => line.id));
  const added = fresh.filter((line) => !known.has(line.id));
  if (added.length === 0) return before;
  const last = before.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const merged = [...before, ...added];
  const inOrder = added.every((line, index) => line.at >= (index === 0 ? last : (added[index - 1]?.at ?? last)));
  if (!inOrder) merged.sort((one, two) => one.at - two.at);
  return merged.length > most ? merged.slice(-most) : merged;
}

export interface LineFilter {
  readonly search: Search | null;
  /** Lines without a match are hidden (otherwise only marked). */
  readonly onlyMatches: boolean;
  readonly level: "all" | "stderr" | "warning" | "error";
}

export interface VisibleLines {
  /** Positions in the whole list that are shown. */
  readonly shown: readonly number[];
  /** Positions within `shown` that match, for stepping from hit to hit. */
  readonly hits: readonly number[];
}

function passesLevel(line: LogLineDto, level: LineFilter["level"]): boolean {
  if (level === "all") return true;
  if (level === "stderr") return line.stream === "stderr";
  const own: Level = levelOf(line.text);
  return own === "error" || (level === "warning" && own === "warning");
}

export const hits = (line: LogLineDto, search: Search | null): boolean => search !== null && search.find(stripAnsi(line.text)).length > 0;

/** Whether a filter is set at all, and a line is what it asks for: what a download takes. */
export const asksFor = (filter: LineFilter): boolean => filter.search !== null || filter.level !== "all";
export const matches = (line: LogLineDto, filter: LineFilter): boolean =>
  passesLevel(line, filter.level) && (filter.search === null || hits(line, filter.search));

/** What a filter leaves of the lines and where it hit. */
export function visibleLines(lines: readonly LogLineDto[], filter: LineFilter): VisibleLines {
  const shown: number[] = [];
  const hitAt: number[] = [];
  lines.forEach((line, index) => {
    if (!passesLevel(line, filter.level)) return;
    const hit = hits(line, filter.search);
    if (filter.search !== null && filter.onlyMatches && !hit) return;
    if (hit) hitAt.push(shown.length);
    shown.push(index);
  });
  return { shown, hits: hitAt };
}
