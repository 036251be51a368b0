import { createHash } from "node:crypto";
import { SluiceError } from "#server/domain/errors";
import type { AssetFile } from "#server/domain/model/types";
import { DriverError, type ArtifactOpener, type StageOutcome, type StageSpec } from "../compute-driver";
import type { SimWorld } from "./world";

interface Fault {
  readonly exitCode: number;
  readonly message: string;
}

/** Reads a blob to its end; the same faults and exit codes as the storage initializer. */
async function verify(file: AssetFile, open: ArtifactOpener): Promise<Fault | null> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  try {
    for await (const chunk of await open(file.sha256)) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (error.code === "artifact.missing") return { exitCode: 3, message: `file is missing: ${file.path}` };
    if (error.code !== "artifact.corrupt") throw error;
    return { exitCode: 2, message: `${file.path} does not have its checksum ${file.sha256} any more` };
  }
  if (sizeBytes !== file.sizeBytes) return { exitCode: 2, message: `${file.path} has another size than its ${String(file.sizeBytes)} bytes` };
  const found = hash.digest("hex");
  return found === file.sha256 ? null : { exitCode: 2, message: `${file.sha256} has checksum ${found}, expected ${file.sha256}` };
}

export async function simStage(
  world: SimWorld,
  spec: StageSpec,
  open: ArtifactOpener,
  onLog: (line: string) => void,
  signal?: AbortSignal,
): Promise<StageOutcome> {
  for (const { target } of spec.items) {
    if (target === "" || target.startsWith(".") || target.startsWith("/") || target.split("/").includes(".."))
      throw new DriverError("invalid_config", `stage volume: ${JSON.stringify(target)} is no folder below the volume`);
  }
  if (!world.hasImage(spec.initializerImage))
    throw new DriverError("image_missing", `stage volume: the initializer's image ${spec.initializerImage} is missing`);
  const name = `sim-${spec.deploymentId}-${spec.contentHash.slice(0, 16)}`;
  const known = world.volumes.get(name);
  if (known?.ready === true) return { ok: true, volume: name };
  const volume = known ?? { name, deploymentId: spec.deploymentId, contentHash: spec.contentHash, createdAt: world.clock.now(), ready: false, items: [] };
  world.volumes.set(name, volume);
  for (const file of spec.items.flatMap((item) => item.files)) {
    signal?.throwIfAborted();
    const fault = await verify(file, open);
    if (fault !== null) {
      onLog(JSON.stringify({ event: "failed", code: fault.exitCode, reason: fault.message }));
      return { ok: false, ...fault };
    }
    onLog(JSON.stringify({ event: "verified", path: file.path, bytes: file.sizeBytes, sha256: file.sha256 }));
  }
  volume.items = spec.items;
  volume.ready = true;
  onLog(JSON.stringify({ event: "done" }));
  return { ok: true, volume: name };
}
