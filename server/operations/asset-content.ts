import type { z } from "zod";
import { contentDigest, withoutCommonFolder } from "#server/artifacts/digest";
import { safeAssetPath } from "#server/artifacts/paths";
import { archiveKindOf, unpackArchive } from "#server/artifacts/unpack";
import type { assetContentSchema } from "#server/contract/asset";
import { conflict, invalidInput, notFound } from "#server/domain/errors";
import type { AssetFile } from "#server/domain/model/types";
import type { UploadRow } from "#server/store/uploads";
import type { OperationContext } from "./context";

type AssetContent = z.output<typeof assetContentSchema>;

export interface ResolvedContent {
  readonly rootName: string;
  readonly isFile: boolean;
  readonly files: readonly AssetFile[];
  /** SHA-256 (hex) over paths and digests: equal for equal content. */
  readonly digest: string;
  readonly sizeBytes: number;
}

async function completedUploads(context: OperationContext, content: AssetContent): Promise<ReadonlyMap<string, UploadRow & { readonly sha256: string }>> {
  const rows = await context.store.uploads.listByIds(content.uploads.map((upload) => upload.uploadId));
  const found = new Map<string, UploadRow & { readonly sha256: string }>();
  for (const { uploadId } of content.uploads) {
    const row = rows.find((candidate) => candidate.id === uploadId);
    if (row?.workspaceId !== context.actor.workspaceId || row.userId !== context.actor.userId)
      throw notFound("upload.not_found", `There is no upload ${uploadId}. It may have expired; upload again.`);
    if (row.state !== "Completed" || row.sha256 === null) throw conflict("upload.incomplete", `The upload of ${row.fileName} is not complete.`);
    found.set(uploadId, { ...row, sha256: row.sha256 });
  }
  return found;
}

async function filesOf(context: OperationContext, content: AssetContent): Promise<{ readonly rootName: string; readonly files: readonly AssetFile[] }> {
  const uploads = await completedUploads(context, content);
  const only = content.uploads[0];
  const archive = content.unpack && content.uploads.length === 1 && only !== undefined ? uploads.get(only.uploadId) : undefined;
  if (archive !== undefined) {
    const kind = archiveKindOf(archive.fileName);
    if (kind === null)
      throw invalidInput("archive.unknown_kind", "Only zip, tar and tar.gz archives can be unpacked.", [{ path: "content.unpack", message: archive.fileName }]);
    const unpacked = withoutCommonFolder(await unpackArchive(context.artifacts, await context.artifacts.open(archive.sha256), kind));
    return { rootName: unpacked.root ?? content.rootName, files: unpacked.files };
  }
  const files = content.uploads.map(({ uploadId, path }) => {
    const row = uploads.get(uploadId);
    if (row === undefined) throw notFound("upload.not_found", "An upload vanished.");
    return { path: safeAssetPath(path), sha256: row.sha256, sizeBytes: row.sizeBytes };
  });
  return { rootName: content.rootName, files };
}

/** Turns completed uploads into the immutable file list of an asset. Rejects with `archive.*`, `upload.*` or `asset.*` input errors. */
export async function resolveContent(context: OperationContext, content: AssetContent): Promise<ResolvedContent> {
  const { rootName, files: unsorted } = await filesOf(context, content);
  const files = [...unsorted].sort((a, b) => (a.path < b.path ? -1 : 1));
  const repeated = files.find((file, index) => files[index + 1]?.path === file.path);
  if (repeated !== undefined)
    throw invalidInput("asset.repeated_path", `Two files claim the path ${repeated.path}.`, [{ path: "content.uploads", message: repeated.path }]);
  const root = safeAssetPath(rootName);
  if (root.includes("/"))
    throw invalidInput("asset.root_name_invalid", "The root is one folder or file name, without slashes.", [{ path: "content.rootName", message: rootName }]);
  if (content.isFile && files.length !== 1)
    throw invalidInput("asset.not_one_file", "A single-file asset has exactly one file.", [{ path: "content.isFile", message: `${files.length} files` }]);
  return {
    rootName: root,
    isFile: content.isFile,
    files,
    digest: contentDigest(root, content.isFile, files),
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
  };
}

/** Notes the blobs that unpacking stored, inside the transaction that refers to them. */
export async function insertArtifacts(
  session: { readonly artifacts: { insert(sha256: string, sizeBytes: number): Promise<void> } },
  files: readonly AssetFile[],
): Promise<void> {
  for (const file of files) await session.artifacts.insert(file.sha256, file.sizeBytes);
}
