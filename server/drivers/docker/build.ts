import { DriverError, type ArtifactOpener, type BuildOutcome, type BuildSpec, type ImageInfo } from "../compute-driver";
import { BlobFault } from "./blobs";
import { openContext } from "./build-context";
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
async function follow(events: AsyncIterable<unknown>, onRaw: (line: string) => void): Promise<BuildEvent | null> {
  const onLog = (line: string): void => {
    const plain = withoutColour(line);
    if (plain !== "") onRaw(plain);
  };
  const cutter = new LineCutter();
  let failure: BuildEvent | null = null;
  for await (const raw of events) {
    const event = raw as BuildEvent;
    if (event.stream !== undefined) cutter.push(event.stream).forEach(onLog);
    else if (event.status !== undefined) onLog(event.status);
    if (event.error !== undefined) failure = event;
  }
  cutter.flush().forEach(onLog);
  if (failure?.error !== undefined) onLog(failure.error);
  return failure;
}

async function ensureBuildNetwork(client: EngineClient, network: BuildNetwork | null, own: Ownership): Promise<void> {
  if ((await client.inspectNetwork(own.buildNetworkName)) === null) await client.createNetwork(buildNetworkBody(network, own));
}

function refusal(error: unknown, onLog: (line: string) => void): BuildOutcome {
  const failure = driverErrorOf(error, "build image");
  // 400 is the recipe's fault: the engine could not read the Dockerfile.
  if (failure.kind !== "invalid_config") throw failure;
  const message = failure.message.replace(/^build image: /, "");
  onLog(message);
  return { ok: false, exitCode: null, message };
}

/** A file of the context that the artifact store cannot give. */
function unreadable(reason: unknown, onLog: (line: string) => void): BuildOutcome {
  if (!(reason instanceof BlobFault)) throw reason;
  const message = `The build context is not complete: ${reason.message}`;
  onLog(message);
  return { ok: false, exitCode: null, message };
}

export interface BuildContext {
  readonly client: EngineClient;
  readonly own: Ownership;
  readonly network: BuildNetwork | null;
}

/** Builds with the classic builder. A failing recipe and a build over its time are outcomes; a cancelled one rejects with the signal's reason. */
export async function buildImage(
  { client, own, network }: BuildContext,
  spec: BuildSpec,
  open: ArtifactOpener,
  onLog: (line: string) => void,
  signal?: AbortSignal,
): Promise<BuildOutcome> {
  const reference = own.imageTag(spec.repository, spec.contentHash);
  const known = await findImage(client, reference);
  if (known !== null) return { ok: true, image: known };
  signal?.throwIfAborted();
  await ensureBuildNetwork(client, network, own);
  const deadline = AbortSignal.timeout(spec.timeoutMs);
  const context = openContext(spec, open);
  const abortSignal = AbortSignal.any([...(signal === undefined ? [] : [signal]), deadline, context.failed]);
  const overdue: BuildOutcome = {
    ok: false,
    exitCode: null,
    message: `The build took longer than ${String(Math.round(spec.timeoutMs / 1000))} seconds and was stopped.`,
  };
  let failure: BuildEvent | null;
  try {
    failure = await follow(await client.buildImage(context.stream, { ...buildQuery(spec, own), abortSignal }), onLog);
    // An aborted stream can end without an error.
    abortSignal.throwIfAborted();
  } catch (error) {
    signal?.throwIfAborted();
    if (context.failed.aborted) return unreadable(context.failed.reason, onLog);
    if (!deadline.aborted) return refusal(error, onLog);
    onLog(overdue.message);
    return overdue;
  } finally {
    context.close();
  }
  if (failure !== null)
    return { ok: false, exitCode: failure.errorDetail?.code ?? null, message: failure.errorDetail?.message ?? failure.error ?? "the build failed" };
  const image = await findImage(client, reference);
  if (image === null) throw new DriverError("internal", `build image: ${reference} is missing although its build succeeded`);
  return { ok: true, image };
}
