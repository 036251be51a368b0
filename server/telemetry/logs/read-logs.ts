import { readdir } from "node:fs/promises";
import path from "node:path";
import { oldestLine, type LogLineDto, type LogPage } from "#server/contract/monitoring";
import { invalidInput } from "#server/domain/errors";
import { buildLogPath, instanceLogPath, type InstanceContainer } from "../paths";
import { EntryReader } from "./entries";
import { readAfter, readBefore } from "./file-reader";
import type { StoredLine } from "./line";
import { comparePositions, decodeCursor, decodePosition, encodeCursor, endFor, lineId, startFor, type Cursor, type Position } from "./position";
import { tick } from "./writer";

/** One log file and what its lines are called. */
export interface LogSource {
  readonly id: string;
  readonly file: string;
  readonly deployment: string;
  readonly instanceId: string;
}

/** Where to read: at most one of the positions is given; with none, the newest `limit` lines are meant. */
export interface LogRead {
  /** The `next` of an earlier page: what came after it, oldest first. */
  readonly after?: string | undefined;
  /** A line's id: the newest lines older than it. */
  readonly before?: string | undefined;
  /** A line's id, or `oldest`: that line and what came after it, oldest first. */
  readonly from?: string | undefined;
  readonly limit: number;
}

/** The position that a query names; rejects with `log.bad_cursor` when it names several. */
export function readAt({ after, before, from, limit }: LogRead): LogRead {
  if ([after, before, from].filter((position) => position !== undefined).length > 1)
    throw invalidInput("log.bad_cursor", "A page of a log starts at one position: give one of after, before and from.");
  return { after, before, from, limit };
}

/** A log query after its names were checked against the workspace and turned into ids. */
export interface ResolvedLogQuery extends LogRead {
  readonly deployments: readonly { readonly id: string; readonly name: string }[];
  readonly container: InstanceContainer;
  /** Null for all instances of the deployments, gone ones included. */
  readonly instanceId: string | null;
  /** Beginnings of the ids of the stagings that an instance runs on; in logs of the storage initializer they stand for the instance. */
  readonly stagings?: readonly string[];
}

/** Ids of the containers of a deployment, or of a run of the doctor, whose lines are kept. */
export async function listLogs(home: string, ownerId: string, container: InstanceContainer): Promise<readonly string[]> {
  const directory = path.dirname(instanceLogPath(home, ownerId, container, "x"));
  const names = await readdir(directory).catch(() => []);
  return [...new Set(names.flatMap((name) => /^(.+)\.ndjson(\.\d+)?$/.exec(name)?.[1] ?? []))];
}

/** Sources of one deployment's container, found on disk, so that logs outlive both container and row. */
async function sourcesOf(home: string, deployment: { readonly id: string; readonly name: string }, query: ResolvedLogQuery): Promise<LogSource[]> {
  const { container, instanceId, stagings } = query;
  const isWanted = (id: string): boolean =>
    stagings === undefined ? instanceId === null || id === instanceId : stagings.some((beginning) => id.startsWith(beginning));
  const ids = await listLogs(home, deployment.id, container);
  return ids.filter(isWanted).map((id) => ({ id, file: instanceLogPath(home, deployment.id, container, id), deployment: deployment.name, instanceId: id }));
}

const toDto = (source: LogSource, line: StoredLine): LogLineDto => ({
  id: lineId(line.at, source.id),
  at: line.at,
  deployment: source.deployment,
  instanceId: source.instanceId,
  stream: line.stream,
  text: line.text,
  ...(line.more === true ? { more: true } : {}),
});

type SourceLine = StoredLine & { readonly source: LogSource };

/** One order over all lines of all sources, so that a line's id is a position in every merge. */
const byPosition = (a: SourceLine, b: SourceLine): number => comparePositions({ at: a.at, source: a.source.id }, { at: b.at, source: b.source.id });

const readAll = async (sources: readonly LogSource[], read: (source: LogSource) => Promise<readonly StoredLine[]>): Promise<SourceLine[]> =>
  (await Promise.all(sources.map(async (source) => (await read(source)).map((line) => ({ ...line, source }))))).flat().sort(byPosition);

/** Where each source stands after these lines were handed out. */
function cursorAfter(start: Cursor, lines: readonly SourceLine[]): Cursor {
  const next: Record<string, number> = { ...start };
  for (const { source, at } of lines) next[source.id] = Math.max(next[source.id] ?? 0, at);
  return next;
}

/** Lines of a page with each entry's lines behind its first, whatever other containers said meanwhile. Positions are those of the merge. */
function grouped(lines: readonly SourceLine[]): readonly SourceLine[] {
  const entries: SourceLine[][] = [];
  const open = new Map<string, SourceLine[]>();
  for (const line of lines) {
    const stream = `${line.source.id} ${line.stream}`;
    const entry = line.more === true ? open.get(stream) : undefined;
    if (entry !== undefined) entry.push(line);
    else {
      const begun = [line];
      entries.push(begun);
      open.set(stream, begun);
    }
  }
  return entries.flat();
}

type LogPart = Omit<LogPage, "sources">;

const pageOf = (lines: readonly SourceLine[], older: boolean, next: Cursor): LogPart => {
  const first = lines[0];
  return {
    lines: grouped(lines).map((line) => toDto(line.source, line)),
    older: older && first !== undefined ? lineId(first.at, first.source.id) : null,
    next: Object.keys(next).length === 0 ? null : encodeCursor(next),
  };
};

/** Lines before a page that its first entry may still go on from. */
const entryReach = 300;

/** The newest lines, or the newest before a line, with the beginning of their first entry; one more than read tells whether there are older ones still. */
async function readBackward(sources: readonly LogSource[], limit: number, before: Position | null): Promise<LogPart> {
  const all = await readAll(sources, (source) => readBefore(source.file, limit + 1 + entryReach, before === null ? undefined : endFor(source.id, before)));
  let start = Math.max(all.length - limit, 0);
  while (start > 0 && all.length - start < limit + entryReach && all[start]?.more === true) start -= 1;
  const lines = all.slice(start);
  // A tail reads every source to its end, also those whose lines were too old for the page; from further back nothing is followed.
  return pageOf(lines, start > 0, before === null ? cursorAfter({}, all) : {});
}

async function readForward(sources: readonly LogSource[], limit: number, start: Cursor): Promise<LogPart> {
  const all = await readAll(sources, (source) => readAfter(source.file, start[source.id] ?? 0, limit));
  const lines = all.slice(0, limit);
  return pageOf(lines, false, cursorAfter(start, lines));
}

/**
 * One page over several logs, merged by time. Following (`after`) never skips or repeats a line, even when logs rotate or instances join;
 * paging back (`before`) reaches the oldest line kept. Rejects with `log.bad_cursor`.
 */
async function readPart(sources: readonly LogSource[], { after, before, from, limit }: LogRead): Promise<LogPart> {
  if (after !== undefined) {
    const page = await readForward(sources, limit, decodeCursor(after));
    return { ...page, next: page.next ?? after };
  }
  if (from === oldestLine) return readForward(sources, limit, {});
  if (from !== undefined) {
    const position = decodePosition(from);
    const page = await readForward(sources, limit, Object.fromEntries(sources.map((source) => [source.id, startFor(source.id, position)])));
    return { ...page, older: from };
  }
  return readBackward(sources, limit, before === undefined ? null : decodePosition(before));
}

async function readSources(sources: readonly LogSource[], read: LogRead): Promise<LogPage> {
  return { ...(await readPart(sources, read)), sources: sources.map(({ deployment, instanceId }) => ({ deployment, instanceId })) };
}

/** Lines of deployments' containers, also of containers that are gone. Rejects with `log.bad_cursor`. */
export async function readLogs(home: string, query: ResolvedLogQuery): Promise<LogPage> {
  const sources = await Promise.all(query.deployments.map((deployment) => sourcesOf(home, deployment, query)));
  return readSources(sources.flat(), query);
}

/** Lines that were kept without their times, such as a report's, as the whole of a log. */
export function pageOfTexts(source: Pick<LogSource, "id" | "deployment">, texts: readonly string[], at: number): LogPage {
  const entries = new EntryReader();
  // The writer's own step between two lines of one time.
  const lines = texts.map((text, index) => ({ at: at + index * tick, stream: "stdout" as const, text, more: entries.continues(text) }));
  const { id, deployment } = source;
  return { lines: lines.map((line) => toDto({ id, file: "", deployment, instanceId: "" }, line)), older: null, next: null, sources: [] };
}

/** Lines of one image build. */
export async function readBuildLog(home: string, buildId: string, read: LogRead): Promise<LogPage> {
  return readSources([{ id: buildId, file: buildLogPath(home, buildId), deployment: "", instanceId: "" }], read);
}
