import { artifactMissing } from "#server/artifacts/errors";
import { packFiles, type PackEntry } from "#server/artifacts/pack";
import { archiveMediaTypes, type ArchiveFormat } from "#server/domain/asset/archive";
import type { TextOrStoredFile } from "#server/domain/asset/file";
import type { OperationContext } from "./context";

/** What a route sends as it is read: never whole in memory. */
export interface Download {
  readonly fileName: string;
  readonly contentType: string;
  /** Null when it is not known before the end. */
  readonly sizeBytes: number | null;
  readonly content: AsyncIterable<Uint8Array>;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function entryOf(context: OperationContext, file: TextOrStoredFile): PackEntry {
  if (!("content" in file)) return { path: file.path, sizeBytes: file.sizeBytes, open: () => context.artifacts.open(file.sha256) };
  const bytes = Buffer.from(file.content);
  return { path: file.path, sizeBytes: bytes.length, open: () => Promise.resolve(once(bytes)) };
}

/** Files as one archive. A stored file that is damaged breaks the stream off. */
export async function downloadOf(
  context: OperationContext,
  wish: { readonly name: string; readonly format: ArchiveFormat; readonly modifiedMs: number; readonly files: readonly TextOrStoredFile[] },
): Promise<Download> {
  // Before the first byte there is an answer that says what is missing; afterwards the stream can only break off.
  for (const file of wish.files) if (!("content" in file) && !(await context.artifacts.has(file.sha256))) throw artifactMissing(file.sha256);
  return {
    fileName: `${wish.name}.${wish.format}`,
    contentType: archiveMediaTypes[wish.format],
    sizeBytes: null,
    content: packFiles(
      wish.files.map((file) => entryOf(context, file)),
      wish.format,
      wish.modifiedMs,
    ),
  };
}
