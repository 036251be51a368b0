import { setTimeout as delay } from "node:timers/promises";
import { logPageSchema, type LogLineDto } from "#server/contract/monitoring";
import type { LogSource } from "./local/commands";
import { getStream, type ServerAddress } from "./server";

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
    const page = logPageSchema.parse(
      await (await getStream(address, `/endpoints/${encodeURIComponent(endpoint)}/logs?${new URLSearchParams(query).toString()}`)).json(),
    );
    yield* page.lines;
    after = page.next ?? after;
    if (!follow || signal.aborted) return;
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
