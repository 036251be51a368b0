import { setTimeout as delay } from "node:timers/promises";
import { request } from "undici";
import { problemSchema } from "#server/contract/common";
import { logPageSchema, type LogLineDto } from "#server/contract/monitoring";
import type { LogSource } from "./local/commands";
import { CommandFailure } from "./project/failure";

export interface ServerAddress {
  /** The studio's address. */
  readonly url: string;
  /** A personal access token. */
  readonly token: string;
}

export function serverAddress(url: string | undefined, token: string | undefined): ServerAddress {
  if (url === undefined || token === undefined)
    throw new CommandFailure("The server is not known.", "Set SLUICE_URL to the studio's address and SLUICE_TOKEN to a token from its Settings page.");
  return { url: url.replace(/\/+$/, ""), token };
}

/** GET of the management API; rejects with the server's own sentence. */
async function get({ url, token }: ServerAddress, path: string): Promise<unknown> {
  const answer = await request(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } }).catch((error: unknown) => {
    throw new CommandFailure(
      `${url} does not answer: ${error instanceof Error ? error.message : String(error)}.`,
      "Check SLUICE_URL, and that the product runs.",
    );
  });
  const text = await answer.body.text();
  const body: unknown = text.startsWith("{") ? JSON.parse(text) : null;
  if (answer.statusCode < 300) return body;
  const problem = problemSchema.safeParse(body);
  throw new CommandFailure(
    problem.success ? problem.data.error.message : `The server answered ${String(answer.statusCode)}.`,
    "Check the names, and that the token may read them.",
  );
}

export interface ServerLogOptions {
  readonly endpoint: string;
  readonly deployment?: string;
  readonly instance?: string;
  readonly source: LogSource;
  readonly tail: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

const pollMs = 1000;

/** Lines that a server keeps of an endpoint's containers, the newest `tail` first seen, then what comes while following. */
export async function* serverLogs(address: ServerAddress, options: ServerLogOptions): AsyncGenerator<LogLineDto> {
  const { endpoint, deployment, instance, source, tail, follow, signal } = options;
  const names = { ...(deployment === undefined ? {} : { deployment }), ...(instance === undefined ? {} : { instanceId: instance }) };
  let after: string | null = null;
  for (;;) {
    const query: Record<string, string> = { ...names, container: source, limit: String(after === null ? tail : 10_000), ...(after === null ? {} : { after }) };
    const page = logPageSchema.parse(await get(address, `/endpoints/${encodeURIComponent(endpoint)}/logs?${new URLSearchParams(query).toString()}`));
    yield* page.lines;
    after = page.next ?? after;
    if (!follow || signal.aborted) return;
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
