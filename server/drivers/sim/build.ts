import type { BuildOutcome, BuildSpec } from "../compute-driver";
import type { SimWorld } from "./world";

const simImageTag = (spec: BuildSpec): string => `${spec.repository}:${spec.contentHash.slice(0, 32)}`;

/** Understands of a Dockerfile only `RUN exit <code>` and `RUN sleep <seconds>`; every other line succeeds at once. */
export async function simBuild(world: SimWorld, spec: BuildSpec, onLog: (line: string) => void, signal?: AbortSignal): Promise<BuildOutcome> {
  const reference = simImageTag(spec);
  const known = world.images.get(reference);
  if (known !== undefined) return { ok: true, image: { reference, id: known.id, sizeBytes: known.sizeBytes, digests: known.digests } };
  signal?.throwIfAborted();
  const startedAt = world.clock.now();
  const lines = spec.dockerfile.split("\n").filter((line) => line.trim() !== "");
  if (!lines.some((line) => /^FROM /.test(line))) return { ok: false, exitCode: null, message: "no build stage in current context" };
  for (const [index, line] of lines.entries()) {
    onLog(`Step ${String(index + 1)}/${String(lines.length)} : ${line}`);
    const exit = /^RUN exit (\d+)/.exec(line);
    if (exit !== null)
      return { ok: false, exitCode: Number(exit[1]), message: `The command '/bin/sh -c exit ${exit[1] ?? ""}' returned a non-zero code: ${exit[1] ?? ""}` };
    const sleep = /^RUN sleep (\d+)/.exec(line);
    if (sleep === null) continue;
    const remainingMs = spec.timeoutMs - (world.clock.now() - startedAt);
    await world.clock.sleep(Math.min(Number(sleep[1]) * 1000, remainingMs), signal);
    if (Number(sleep[1]) * 1000 > remainingMs)
      return { ok: false, exitCode: null, message: `The build took longer than ${String(Math.round(spec.timeoutMs / 1000))} seconds and was stopped.` };
  }
  return { ok: true, image: world.addImage(reference, spec.contentHash) };
}
