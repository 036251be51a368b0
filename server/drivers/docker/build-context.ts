import { pack, type Pack } from "tar-stream";
import { withIndexLogins } from "#server/domain/environment/index-logins";
import type { ArtifactOpener, BuildSpec } from "../compute-driver";
import { writeBlob } from "./blobs";

export interface OpenContext {
  readonly stream: NodeJS.ReadableStream;
  /** Aborts, with the cause as its reason, when a file cannot be read. */
  readonly failed: AbortSignal;
  /** Ends the reading of files, done or not. */
  close(): void;
}

/** Fixed times: the classic builder's cache compares contents only, and equal contexts should be equal bytes. */
const headerOf = (name: string, mode: number) => ({ name, mode, uid: 0, gid: 0, mtime: new Date(0) });

async function write(archive: Pack, spec: BuildSpec, open: ArtifactOpener): Promise<void> {
  archive.entry(headerOf("Dockerfile", 0o644), spec.indexLogins === null ? spec.dockerfile : withIndexLogins(spec.dockerfile));
  for (const file of spec.files) {
    const header = headerOf(file.path, file.mode ?? 0o644);
    if ("sha256" in file) await writeBlob(archive, file, header, open);
    else archive.entry(header, typeof file.content === "string" ? file.content : Buffer.from(file.content));
  }
  archive.finalize();
}

/** The build context as a tar that is written while the engine reads it. */
export function openContext(spec: BuildSpec, open: ArtifactOpener): OpenContext {
  const archive = pack();
  const failure = new AbortController();
  write(archive, spec, open).catch((error: unknown) => {
    failure.abort(error);
    archive.destroy();
  });
  return { stream: archive as unknown as NodeJS.ReadableStream, failed: failure.signal, close: () => archive.destroy() };
}
