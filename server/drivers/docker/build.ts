import type { Clock } from "#server/kernel/clock";
import { DriverError, type ArtifactOpener, type BuildOutcome, type BuildSpec, type ImageInfo } from "../compute-driver";
import { BlobFault } from "./blobs";
import { openContext } from "./build-context";
import { BuildDisk } from "./build-disk";
import type { EngineClient } from "./client";
import { buildNetworkBody, buildQuery, type BuildNetwork } from "./config";
import { driverErrorOf } from "./errors";
import type { Ownership } from "./labels";
import { LineCutter } from "./lines";

interface BuildEvent {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message?: string };
}

export async function findImage(client: EngineClient, reference: string): Promise<ImageInfo | null> {
  const info = await client.inspectImage(reference);
  return info === null ? null : { reference, id: info.Id, sizeBytes: info.Size, digests: info.RepoDigests };
}

/** The classic builder paints standard error red, one escape per write. */
const withoutColour = (line: string): string => line.replace(/\p{Cc}\[[0-9;]*m/gu, "");

/** Logs what the engine says; returns its error event, which is the only sign of failure in a stream of status 200. */
async function follow(events: AsyncIterable<unknown>, onLog: (line: string) => void, disk: BuildDisk): Promise<BuildEvent | null> {
  const take = async (lines: readonly string[]): Promise<void> => {
    for (const raw of lines) {
      const line = withoutColour(raw);
      if (line === "") continue;
      onLog(line);
      await disk.note(line);
    }
  };
  const cutter = new LineCutter();
  let failure: BuildEvent | null = null;
  for await (const raw of events) {
    const event = raw as BuildEvent;
    if (event.stream !== undefined) await take(cutter.push(event.stream));
    else if (event.status !== undefined) await take([event.status]);
    if (event.error !== undefined) failure = event;
  }
  await take(cutter.flush());
  if (failure?.error !== undefined) onLog(failure.error);
  return failure;
}

async function ensureBuildNetwork(client: EngineClient, network: BuildNetwork | null, own: Ownership): Promise<void> {
  if ((await client.inspectNetwork(own.buildNetworkName)) === null) await client.createNetwork(buildNetworkBody(network, own));
}

/** The recipe's fault, in one sentence that its log ends with. */
function failed(message: string, onLog: (line: string) => void): BuildOutcome {
  onLog(message);
  return { ok: false, exitCode: null, message };
}

function refusal(error: unknown, onLog: (line: string) => void): BuildOutcome {
  const failure = driverErrorOf(error, "build image");
  // 400 is the recipe's fault: the engine could not read the Dockerfile.
  if (failure.kind !== "invalid_config") throw failure;
  return failed(failure.message.replace(/^build image: /, ""), onLog);
}

/** A file of the context that the artifact store cannot give. */
function unreadable(reason: unknown, onLog: (line: string) => void): BuildOutcome {
  if (!(reason instanceof BlobFault)) throw reason;
  return failed(`The build context is not complete: ${reason.message}`, onLog);
}

export interface BuildContext {
  readonly client: EngineClient;
  readonly own: Ownership;
  readonly network: BuildNetwork | null;
  readonly clock: Pick<Clock, "now">;
}

interface Run {
  readonly builder: BuildContext;
  readonly spec: BuildSpec;
  readonly open: ArtifactOpener;
  readonly onLog: (line: string) => void;
  readonly disk: BuildDisk;
  readonly signal: AbortSignal | undefined;
}

/** Has the engine build; null when it came to its end without a failure. */
async function runBuild({ builder, spec, open, onLog, disk, signal }: Run): Promise<BuildOutcome | null> {
  const deadline = AbortSignal.timeout(spec.timeoutMs);
  const context = openContext(spec, open);
  const abortSignal = AbortSignal.any([...(signal === undefined ? [] : [signal]), deadline, context.failed, disk.exceeded]);
  try {
    const events = await builder.client.buildImage(context.stream, { ...buildQuery(spec, builder.own), abortSignal });
    const failure = await follow(events, onLog, disk);
    // An aborted stream can end without an error.
    abortSignal.throwIfAborted();
    if (failure === null) return null;
    return { ok: false, exitCode: failure.errorDetail?.code ?? null, message: failure.errorDetail?.message ?? failure.error ?? "the build failed" };
  } catch (error) {
    signal?.throwIfAborted();
    if (context.failed.aborted) return unreadable(context.failed.reason, onLog);
    if (disk.exceeded.aborted) return failed(String(disk.exceeded.reason), onLog);
    if (!deadline.aborted) return refusal(error, onLog);
    return failed(`The build took longer than ${String(Math.round(spec.timeoutMs / 1000))} seconds and was stopped.`, onLog);
  } finally {
    context.close();
  }
}

/** As `runBuild`, with the build's disk watched; what one wrote that was stopped for it is taken away again. */
async function runBounded(run: Run): Promise<BuildOutcome | null> {
  const { disk, onLog } = run;
  const shortage = await disk.shortage();
  if (shortage !== null) return failed(`${shortage}, so none begins.`, onLog);
  const over = new AbortController();
  const watching = disk.watch(over.signal);
  try {
    return await runBuild(run);
  } finally {
    over.abort();
    await watching;
    if (disk.exceeded.aborted) await disk.discard();
  }
}

/** Builds with the classic builder. A failing recipe and a build over its time or disk are outcomes; a cancelled one rejects with the signal's reason. */
export async function buildImage(
  builder: BuildContext,
  spec: BuildSpec,
  open: ArtifactOpener,
  onLog: (line: string) => void,
  signal?: AbortSignal,
): Promise<BuildOutcome> {
  const { client, own, network, clock } = builder;
  const reference = own.imageTag(spec.repository, spec.contentHash);
  const known = await findImage(client, reference);
  if (known !== null) return { ok: true, image: known };
  signal?.throwIfAborted();
  await ensureBuildNetwork(client, network, own);
  const outcome = await runBounded({ builder, spec, open, onLog, signal, disk: new BuildDisk(client, own, spec, clock.now()) });
  if (outcome !== null) return outcome;
  const image = await findImage(client, reference);
  if (image === null) throw new DriverError("internal", `build image: ${reference} is missing although its build succeeded`);
  return { ok: true, image };
}
