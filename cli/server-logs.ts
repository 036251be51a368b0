import { setTimeout as delay } from "node:timers/promises";
import { logPageSchema, oldestLine, type LogContainer, type LogLineDto, type LogPage } from "#server/contract/monitoring";
import { getJson, ServerUnavailable, type ServerAddress } from "./server";

export interface ServerLogOptions {
  readonly endpoint: string;
  readonly deployment?: string;
  readonly instance?: string;
  readonly source: LogContainer;
  /** Null for all that is kept. */
  readonly tail: number | null;
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Told once when the server is away while following, and once when it is back. */
  readonly complain: (line: string) => void;
}

/** The most lines that a server gives at once. */
const pageLines = 10_000;
const pollMs = 1000;
const longestPollMs = 15_000;

type ReadPage = (position: Readonly<Record<string, string>>) => Promise<LogPage>;

function pageReader(address: ServerAddress, { endpoint, deployment, instance, source, signal }: ServerLogOptions): ReadPage {
  const names = { ...(deployment === undefined ? {} : { deployment }), ...(instance === undefined ? {} : { instanceId: instance }) };
  return async (position) => {
    const query = new URLSearchParams({ ...names, container: source, limit: String(pageLines), ...position }).toString();
    return logPageSchema.parse(await getJson(address, `/endpoints/${encodeURIComponent(endpoint)}/logs?${query}`, signal));
  };
}

/** The newest `tail` lines, oldest first, and where following goes on from them. Pages are whole entries, so a few more may come. */
async function newest(read: ReadPage, tail: number): Promise<Pick<LogPage, "lines" | "next">> {
  const last = await read({ limit: String(Math.min(tail, pageLines)) });
  const pages = [last.lines];
  let { older } = last;
  for (let missing = tail - last.lines.length; older !== null && missing > 0;) {
    const page = await read({ before: older, limit: String(Math.min(missing, pageLines)) });
    pages.unshift(page.lines);
    missing -= page.lines.length;
    older = page.older;
  }
  return { lines: pages.flat(), next: last.next };
}

/** Every line behind a position, page by page as they are read; answers where the next ones will be. */
async function* onwards(read: ReadPage, start: Readonly<Record<string, string>>): AsyncGenerator<LogLineDto, string | null> {
  let position = start;
  for (;;) {
    const page = await read(position);
    yield* page.lines;
    if (page.lines.length < pageLines || page.next === null) return page.next;
    position = { after: page.next };
  }
}

/** What comes behind a position until the signal aborts. A server that is away is asked again, at growing distances; a refusal ends it. */
async function* followed(read: ReadPage, start: string | null, { signal, complain }: ServerLogOptions): AsyncGenerator<LogLineDto> {
  const isOver = (): boolean => signal.aborted;
  let after = start;
  let failures = 0;
  for (;;) {
    await delay(Math.min(pollMs * 2 ** failures, longestPollMs), undefined, { signal }).catch(() => undefined);
    if (isOver()) return;
    try {
      // Nothing was written yet: whatever is there by now is new, from its first line on.
      const page: LogPage = await read(after === null ? { from: oldestLine } : { after });
      if (failures > 0) complain("the server answers again");
      failures = 0;
      yield* page.lines;
      after = page.next ?? after;
    } catch (failure) {
      if (isOver()) return;
      if (!(failure instanceof ServerUnavailable)) throw failure;
      if (failures === 0) complain(`${failure.message} Trying again until it does.`);
      failures += 1;
    }
  }
}

/** Lines that a server keeps of an endpoint's containers, the newest `tail` or all of them first, then what comes while following. */
export async function* serverLogs(address: ServerAddress, options: ServerLogOptions): AsyncGenerator<LogLineDto> {
  const read = pageReader(address, options);
  let next: string | null;
  try {
    if (options.tail === null) next = yield* onwards(read, { from: oldestLine });
    else {
      const page = await newest(read, options.tail);
      yield* page.lines;
      next = page.next;
    }
  } catch (failure) {
    if (options.signal.aborted) return;
    throw failure;
  }
  if (options.follow) yield* followed(read, next, options);
}
