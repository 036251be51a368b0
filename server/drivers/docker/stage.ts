import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, pack, type Pack } from "tar-stream";
import type { AssetFile } from "#server/domain/model/types";
import { DriverError, type ArtifactOpener, type StageOutcome, type StageSpec } from "../compute-driver";
import { BlobFault, writeBlob } from "./blobs";
import type { EngineClient } from "./client";
import { carrierBody, incomingFolder, initializerBody, readyMarker, stagePlan, stageRoot } from "./config";
import type { Ownership } from "./labels";
import { isKilled } from "./exit-codes";
import { logLines } from "./logs";

export interface StageContext {
  readonly client: EngineClient;
  readonly own: Ownership;
}

const distinctBlobs = (spec: StageSpec): readonly AssetFile[] => [
  ...new Map(spec.items.flatMap((item) => item.files).map((file) => [file.sha256, file])).values(),
];

async function writeContext(archive: Pack, spec: StageSpec, open: ArtifactOpener): Promise<void> {
  archive.entry({ name: `${incomingFolder}/`, type: "directory", mode: 0o755, uid: 0, gid: 0 });
  for (const file of distinctBlobs(spec)) await writeBlob(archive, file, { name: `${incomingFolder}/${file.sha256}`, mode: 0o600, uid: 0, gid: 0 }, open);
  archive.entry({ name: `${incomingFolder}/plan.json`, mode: 0o644, uid: 0, gid: 0 }, stagePlan(spec));
  archive.finalize();
}

/** Streams blobs and plan into the volume; memory use does not depend on their sizes. */
async function fill({ client }: StageContext, carrier: string, spec: StageSpec, open: ArtifactOpener, signal?: AbortSignal): Promise<void> {
  const archive = pack();
  const stop = new AbortController();
  const abort = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const writing = writeContext(archive, spec, open).catch((error: unknown) => {
    stop.abort(error);
    archive.destroy();
    throw error;
  });
  const sending = client.putArchive(carrier, stageRoot, archive as unknown as NodeJS.ReadableStream, abort);
  const [written, sent] = await Promise.allSettled([
    writing,
    sending.catch((error: unknown) => {
      archive.destroy();
      throw error;
    }),
  ]);
  signal?.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason;
  if (sent.status === "rejected") throw sent.reason;
  if (written.status === "rejected") throw written.reason;
}

async function isReady({ client }: StageContext, carrier: string): Promise<boolean> {
  const tar = await client.getArchive(carrier, `${stageRoot}/${readyMarker}`);
  if (tar === null) return false;
  const parser = extract();
  const reading = pipeline(Readable.from(tar), parser);
  let found = false;
  for await (const entry of parser) {
    found ||= entry.header.type === "file";
    entry.resume();
  }
  await reading;
  return found;
}

async function runInitializer(
  context: StageContext,
  spec: StageSpec,
  volume: string,
  onLog: (line: string) => void,
  signal?: AbortSignal,
): Promise<StageOutcome> {
  const { client, own } = context;
  const name = own.stagerName("initializer", volume);
  await client.removeContainer(name);
  await client.createContainer(initializerBody(spec, volume, own));
  try {
    await client.startContainer(name);
    let last = "";
    for await (const line of logLines(await client.containerLogs(name, { follow: true, ...(signal === undefined ? {} : { signal }) }))) {
      if (line.text.trim() !== "") last = line.text;
      onLog(line.text);
    }
    const exitCode = await client.waitContainer(name, signal);
    const outOfMemory = (await client.inspectContainer(name))?.State.OOMKilled ?? false;
    // Nothing is wrong with the files, so that the next try may succeed; what lacked memory would lack it again.
    if (isKilled(exitCode) && !outOfMemory) throw new DriverError("internal", "stage volume: the storage initializer was killed");
    return exitCode === 0 ? { ok: true, volume } : { ok: false, exitCode, message: reasonOf(last) };
  } finally {
    await client.removeContainer(name);
  }
}

/** The initializer's last line says why it failed; anything else (a killed one) is shown as it is. */
function reasonOf(line: string): string {
  try {
    const reason = (JSON.parse(line) as { reason?: unknown }).reason;
    if (typeof reason === "string") return reason;
  } catch {
    // Not a line of the initializer's own.
  }
  return line === "" ? "the storage initializer ended without a word" : line;
}

function assertTargets(spec: StageSpec): void {
  for (const { target } of spec.items) {
    if (target === "" || target.startsWith(".") || target.startsWith("/") || target.split("/").includes(".."))
      throw new DriverError("invalid_config", `stage volume: ${JSON.stringify(target)} is no folder below the volume`);
  }
}

async function freshVolume({ client, own }: StageContext, spec: StageSpec, volume: string): Promise<void> {
  await client.removeVolume(volume);
  await client.createVolume(volume, own.volumeLabels(spec));
}

async function makeCarrier({ client, own }: StageContext, spec: StageSpec, volume: string): Promise<string> {
  const carrier = own.stagerName("carrier", volume);
  await client.removeContainer(carrier);
  await client.createContainer(carrierBody(spec, volume, own));
  return carrier;
}

/** Without what a crash left beside it: a carrier or an initializer that nobody waits for would hold the volume for ever. */
export async function removeVolume({ client, own }: StageContext, volume: string): Promise<void> {
  for (const kind of ["carrier", "initializer"] as const) await client.removeContainer(own.stagerName(kind, volume));
  await client.removeVolume(volume);
}

/**
 * Fills and verifies a deployment's volume. A volume with its ready marker is done; one without is what a crash left,
 * and is made anew, since no instance can have used it.
 */
export async function stageVolume(
  context: StageContext,
  spec: StageSpec,
  open: ArtifactOpener,
  onLog: (line: string) => void,
  signal?: AbortSignal,
): Promise<StageOutcome> {
  assertTargets(spec);
  const { client, own } = context;
  const volume = own.volumeName(spec.deploymentId, spec.contentHash);
  if ((await client.inspectImage(spec.initializerImage)) === null)
    throw new DriverError("image_missing", `stage volume: the initializer's image ${spec.initializerImage} is missing`);
  await client.removeContainer(own.stagerName("initializer", volume));
  if ((await client.inspectVolume(volume)) === null) await client.createVolume(volume, own.volumeLabels(spec));
  let carrier = await makeCarrier(context, spec, volume);
  try {
    if (await isReady(context, carrier)) return { ok: true, volume };
    await client.removeContainer(carrier);
    await freshVolume(context, spec, volume);
    carrier = await makeCarrier(context, spec, volume);
    const startedAt = performance.now();
    await fill(context, carrier, spec, open, signal);
    const blobs = distinctBlobs(spec);
    const bytes = blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    onLog(JSON.stringify({ event: "fetched", files: blobs.length, bytes, ms: Math.round(performance.now() - startedAt) }));
    await client.removeContainer(carrier);
    return await runInitializer(context, spec, volume, onLog, signal);
  } catch (error) {
    if (!(error instanceof BlobFault)) throw error;
    onLog(JSON.stringify({ event: "failed", code: error.exitCode, reason: error.message }));
    return { ok: false, exitCode: error.exitCode, message: error.message };
  } finally {
    await client.removeContainer(carrier);
  }
}
