import type { LogLineDto, LogPage } from "#server/contract/monitoring";
import { appendLines, mostLines } from "./model";

/** Which page is asked for, in the words of the management API. */
export type LogPosition = Readonly<{ after?: string; before?: string; from?: string; limit: number }>;
export type ReadPage = (position: LogPosition) => Promise<LogPage>;

/** Lines that must stay when there is no room for all; the key changes when the choice does. */
export interface Keep {
  readonly key: string;
  readonly passes: (line: LogLineDto) => boolean;
}

/** A stretch of a log without holes (but for lines that a filter let go), and how to go on from its two ends. */
export interface LogWindow {
  readonly lines: readonly LogLineDto[];
  /** Null at the oldest line that is kept. */
  readonly older: string | null;
  /** Where reading forward goes on; null where nothing was written yet. */
  readonly newer: { readonly after: string } | { readonly from: string } | null;
  /** Nothing newer existed when it was last read: from here the log is followed. */
  readonly atEnd: boolean;
  /** The filter whose misses were let go to make room; another one needs the log read anew. */
  readonly keptBy: string | null;
  /** Lines read so far, also those that were let go. */
  readonly read: number;
  readonly sources: LogPage["sources"];
}

export const emptyWindow: LogWindow = { lines: [], older: null, newer: null, atEnd: true, keptBy: null, read: 0, sources: [] };
export const pageLines = 5000;

const cursorOf = (page: LogPage): LogWindow["newer"] => (page.next === null ? null : { after: page.next });

/** The newest page, or the two pages around a line. */
export async function openWindow(read: ReadPage, at: string | null): Promise<LogWindow> {
  if (at === null) {
    const page = await read({ limit: pageLines });
    return { ...emptyWindow, lines: page.lines, older: page.older, newer: cursorOf(page), read: page.lines.length, sources: page.sources };
  }
  const [before, from] = await Promise.all([read({ before: at, limit: pageLines }), read({ from: at, limit: pageLines })]);
  const lines = [...before.lines, ...from.lines];
  return {
    ...emptyWindow,
    lines,
    older: before.older,
    newer: cursorOf(from),
    atEnd: from.lines.length < pageLines,
    read: lines.length,
    sources: from.sources,
  };
}

/** Makes room: first what the filter misses, then what is farthest from where reading goes on. */
function makeRoom(window: LogWindow, drop: "oldest" | "newest", keep: Keep | null, most: number): LogWindow {
  if (window.lines.length <= most) return window;
  const kept = keep === null ? window.lines : window.lines.filter(keep.passes);
  const keptBy = keep === null || kept.length === window.lines.length ? window.keptBy : keep.key;
  if (kept.length <= most) return { ...window, lines: kept, keptBy };
  const lines = drop === "oldest" ? kept.slice(-most) : kept.slice(0, most);
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return { ...window, lines, keptBy };
  return drop === "oldest" ? { ...window, lines, keptBy, older: first.id } : { ...window, lines, keptBy, atEnd: false, newer: { from: last.id } };
}

/** With the page before it. */
export function withOlder(window: LogWindow, page: LogPage, keep: Keep | null, most = mostLines): LogWindow {
  const grown = { ...window, lines: [...page.lines, ...window.lines], older: page.older, read: window.read + page.lines.length, sources: page.sources };
  return makeRoom(grown, "newest", keep, most);
}

/** With what came after it. Lines that turn up late but belong before its oldest one are left to paging back. */
export function withNewer(window: LogWindow, page: LogPage, keep: Keep | null, most = mostLines): LogWindow {
  const start = window.older === null ? Number.NEGATIVE_INFINITY : (window.lines[0]?.at ?? Number.NEGATIVE_INFINITY);
  const fresh = page.lines.filter((line) => line.at >= start);
  const lines = appendLines(window.lines, fresh, Number.POSITIVE_INFINITY);
  const grown: LogWindow = {
    ...window,
    lines,
    newer: cursorOf(page) ?? window.newer,
    atEnd: page.lines.length < pageLines,
    read: window.read + lines.length - window.lines.length,
    sources: page.sources,
  };
  return makeRoom(grown, "oldest", keep, most);
}

/** Reads a log from its newest line to its oldest and hands over the matching ones, newest page first. Ends early when it is told to stop. */
export async function scanHistory(read: ReadPage, onPage: (lines: readonly LogLineDto[]) => boolean): Promise<void> {
  let before: string | null = null;
  do {
    const page: LogPage = await read({ limit: pageLines, ...(before === null ? {} : { before }) });
    before = page.older;
    if (!onPage(page.lines)) return;
  } while (before !== null);
}
