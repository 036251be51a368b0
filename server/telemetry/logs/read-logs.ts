import { readdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { LogLineDto, LogPage } from "#server/contract/monitoring";
import { invalidInput } from "#server/domain/errors";
import { buildLogPath, instanceLogPath, type InstanceContainer } from "../paths";
import { readAfter, readTail } from "./file-reader";

/** One log file and what its lines are called. */
export interface LogSource {
  readonly id: string;
  readonly file: string;
  readonly deployment: string;
  readonly instanceId: string;
}

export interface LogRead {
  /** The `next` of an earlier page; null for the newest lines. */
  readonly after: string | null;
  readonly limit: number;
}

/** A log query after its names were checked against the workspace and turned into ids. */
export interface ResolvedLogQuery extends LogRead {
  readonly deployments: readonly { readonly id: string; readonly name: string }[];
  readonly container: InstanceContainer;
  /** Null for all instances of the deployments, gone ones included. */
  readonly instanceId: string | null;
}

const cursorSchema = z.record(z.string(), z.number());
type Cursor = z.infer<typeof cursorSchema>;

const encodeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString("base64url");

function decodeCursor(text: string): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    throw invalidInput("log.bad_cursor", "This position in the log is not one that was handed out.");
  }
}

/** Sources of one deployment's container, found on disk, so that logs outlive both container and row. */
async function sourcesOf(
  home: string,
  deployment: { readonly id: string; readonly name: string },
  container: InstanceContainer,
  instanceId: string | null,
): Promise<LogSource[]> {
  const directory = path.dirname(instanceLogPath(home, deployment.id, container, "x"));
  const names = await readdir(directory).catch(() => []);
  const ids = [...new Set(names.flatMap((name) => /^(.+)\.ndjson(\.\d+)?$/.exec(name)?.[1] ?? []))];
  return ids
    .filter((id) => instanceId === null || id === instanceId)
    .map((id) => ({ id, file: instanceLogPath(home, deployment.id, container, id), deployment: deployment.name, instanceId: id }));
}

function toDto(source: LogSource, line: { readonly at: number; readonly stream: "stdout" | "stderr"; readonly text: string }): LogLineDto {
  return {
    id: `${line.at.toFixed(4)}.${source.id}`,
    at: line.at,
    deployment: source.deployment,
    instanceId: source.instanceId,
    stream: line.stream,
    text: line.text,
  };
}

const byTime = (a: LogLineDto, b: LogLineDto): number => a.at - b.at;

/**
 * One page over several logs, merged by time. Without a position: the newest `limit` lines. With one: the lines after it, oldest first, so that
 * following never skips or repeats a line, even when logs rotate or instances join. `next` is null only when there is nothing at all yet.
 */
export async function readSources(sources: readonly LogSource[], { after, limit }: LogRead): Promise<LogPage> {
  const cursor = after === null ? null : decodeCursor(after);
  const read = async (source: LogSource): Promise<LogLineDto[]> => {
    const lines = cursor === null ? await readTail(source.file, limit) : await readAfter(source.file, cursor[source.id] ?? 0, limit);
    return lines.map((line) => toDto(source, line));
  };
  const all = (await Promise.all(sources.map(read))).flat().sort(byTime);
  const lines = cursor === null ? all.slice(-limit) : all.slice(0, limit);
  const next: Cursor = { ...cursor };
  // A tail reads every source to its end, also those whose lines were too old for the page.
  const reached = cursor === null ? all : lines;
  const sourceOf = new Map(sources.map((source) => [source.instanceId, source.id]));
  for (const line of reached) {
    const id = sourceOf.get(line.instanceId) ?? line.instanceId;
    next[id] = Math.max(next[id] ?? 0, line.at);
  }
  return { lines, next: Object.keys(next).length === 0 ? after : encodeCursor(next) };
}

/** Lines of deployments' containers, also of containers that are gone. Rejects with `log.bad_cursor`. */
export async function readLogs(home: string, query: ResolvedLogQuery): Promise<LogPage> {
  const sources = await Promise.all(query.deployments.map((deployment) => sourcesOf(home, deployment, query.container, query.instanceId)));
  return readSources(sources.flat(), query);
}

/** Lines of one image build. */
export async function readBuildLog(home: string, buildId: string, read: LogRead): Promise<LogPage> {
  return readSources([{ id: buildId, file: buildLogPath(home, buildId), deployment: "", instanceId: "" }], read);
}
