import { readFile } from "node:fs/promises";
import path from "node:path";
import { request } from "undici";
import type { Machine } from "../platform";
import { CommandFailure } from "../project/failure";
import { toLocalPaths } from "./failure-text";
import { stateFolder, type LocalState } from "./state";

/** How long after an answer its lines may still come out of the container. */
const logSettleMs = 300;

export interface InvokeOptions {
  /** File with the request's body; "-" reads standard input. */
  readonly requestFile?: string;
  readonly data?: string;
  readonly path?: string;
  readonly contentType: string;
}

async function bodyOf({ data, requestFile }: InvokeOptions): Promise<Buffer> {
  if (data !== undefined && requestFile !== undefined) throw new CommandFailure("--data and --request-file exclude each other.", "Give one of them.");
  if (data !== undefined) return Buffer.from(data);
  if (requestFile === undefined) throw new CommandFailure("There is nothing to send.", "Give --data '{…}' or --request-file sample.json.");
  if (requestFile !== "-")
    return readFile(requestFile).catch(() => {
      throw new CommandFailure(`${requestFile} cannot be read.`, "Name a file with the request's body.");
    });
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

export interface Invocation {
  readonly status: number;
  readonly body: string;
  readonly elapsedMs: number;
  /** What the container said meanwhile, with paths of this machine. */
  readonly lines: readonly string[];
}

/** Scores one request at the container itself. A status outside 2xx is an answer, not a rejection. */
export async function invoke(machine: Machine, state: LocalState, options: InvokeOptions): Promise<Invocation> {
  const body = await bodyOf(options);
  const startedAt = Date.now();
  const clock = performance.now();
  const answer = await request(state.baseUrl + (options.path ?? state.scoringPath), {
    method: "POST",
    body,
    headers: { "content-type": options.contentType, "azureml-model-deployment": state.deployment },
    headersTimeout: 0,
    bodyTimeout: 0,
  }).catch((error: unknown) => {
    throw new CommandFailure(
      `${state.endpoint}/${state.deployment} does not answer: ${error instanceof Error ? error.message : String(error)}.`,
      "See why: sluice local logs",
    );
  });
  const text = await answer.body.text();
  const elapsedMs = performance.now() - clock;
  await new Promise((resolve) => setTimeout(resolve, logSettleMs));
  const lines: string[] = [];
  for await (const line of machine.driver.logs(state.instanceId, { sinceMs: startedAt, follow: false })) lines.push(toLocalPaths(line.text, state));
  return { status: answer.statusCode, body: text, elapsedMs, lines };
}

/** What one's own engine has lines of; a server knows more. */
export const logSources = ["inference-server", "storage-initializer", "image-build"] as const;
export type LogSource = (typeof logSources)[number];

export interface LogOptions {
  readonly source: LogSource;
  /** Null for all. */
  readonly tail: number | null;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Lines of the container, or of the build or staging that made it. */
export async function* logs(machine: Machine, state: LocalState, { source, tail, follow, signal }: LogOptions): AsyncGenerator<string> {
  if (source !== "inference-server") {
    const text = await readFile(path.join(stateFolder(state.endpoint, state.deployment), `${source}.log`), "utf8").catch(() => "");
    const lines = text.split("\n").filter((line) => line !== "");
    yield* tail === null ? lines : lines.slice(-tail);
    return;
  }
  for await (const line of machine.driver.logs(state.instanceId, { follow, signal, ...(tail === null ? {} : { tail }) })) yield toLocalPaths(line.text, state);
}

/** Takes container, volumes and network away; images stay as the cache of the next start. Already gone is success. */
export async function down({ driver }: Machine, deploymentId: string): Promise<void> {
  const owned = await driver.listOwned();
  for (const instance of owned.instances.filter((one) => one.deploymentId === deploymentId)) {
    await driver.stopInstance(instance.instanceId, 5000);
    await driver.removeInstance(instance.instanceId);
  }
  for (const volume of owned.volumes.filter((one) => one.deploymentId === deploymentId)) await driver.removeVolume(volume.name);
  await driver.removeNetwork(deploymentId);
}
