import { safeAssetPath } from "#server/artifacts/paths";
import { withoutCommonFolder } from "#server/artifacts/digest";
import { archiveKindOf, defaultUnpackLimits, unpackArchive } from "#server/artifacts/unpack";
import { rootNameOf } from "#server/domain/import/types";
import type { AssetFile } from "#server/domain/model/types";
import type { ModelImportRow } from "#server/store/imports";
import type { ControlContext } from "../context";
import { ImportFailure, type SourceFile, type SourceListing } from "./failure";
import { addressGuard } from "./guard";
import { listHttp } from "./from-http";
import { listPath } from "./from-path";
import { listS3 } from "./from-s3";
import type { ImportProgress } from "./progress";

export interface Fetched {
  readonly rootName: string;
  readonly isFile: boolean;
  readonly files: readonly AssetFile[];
}

function listing(context: ControlContext, row: ModelImportRow, signal: AbortSignal): Promise<SourceListing> {
  const guard = addressGuard(context.settings.supernet, context.settings.imports.allowedHosts);
  const { source } = row;
  if (source.kind === "http") return listHttp(source, guard, signal);
  return source.kind === "s3" ? listS3(context, row.workspaceId, source, guard) : listPath(source.path, context.settings.imports.paths);
}

async function archiveOf(context: ControlContext, row: ModelImportRow, file: SourceFile, progress: ImportProgress): Promise<Fetched> {
  const kind = archiveKindOf(file.path);
  if (kind === null) throw new ImportFailure("NotAnArchive", `${file.path} is no zip, tar or tar.gz by its name.`, "Import it without unpacking.");
  const { maxBytes } = context.settings.imports;
  const limits = { ...defaultUnpackLimits, maxArchiveBytes: Math.min(maxBytes, defaultUnpackLimits.maxArchiveBytes), maxTotalBytes: maxBytes };
  const content = progress.counting(await file.open(progress.signal));
  const unpacked = withoutCommonFolder(await unpackArchive(context.artifacts, content, kind, limits));
  return { rootName: unpacked.root ?? "model", isFile: false, files: unpacked.files };
}

/** Stores one file, unless an earlier pass did. */
async function store(context: ControlContext, row: ModelImportRow, file: SourceFile, progress: ImportProgress): Promise<AssetFile> {
  const path = safeAssetPath(file.path);
  const known = row.stored.find((stored) => stored.path === path && (file.sizeBytes === null || stored.sizeBytes === file.sizeBytes));
  if (known !== undefined && (await context.artifacts.has(known.sha256))) {
    progress.add(known.sizeBytes);
    return known;
  }
  return { path, ...(await context.artifacts.put(progress.counting(await file.open(progress.signal)), { signal: progress.signal })) };
}

function requireChecksum(row: ModelImportRow, files: readonly AssetFile[]): void {
  if (row.sha256 === null || (files.length === 1 && files[0]?.sha256 === row.sha256)) return;
  throw new ImportFailure(
    "ChecksumWrong",
    `The content has the SHA-256 ${files[0]?.sha256 ?? ""}, not the one that was given.`,
    "Check the sum, or whether the file was replaced.",
  );
}

/** Brings the source's files into the artifact store. Rejects with `ImportFailure`, `archive.*` or `artifact.*` for good, and with others for now. */
export async function fetchFiles(context: ControlContext, row: ModelImportRow, progress: ImportProgress): Promise<Fetched> {
  const { isFile, files } = await listing(context, row, progress.signal);
  const [only] = files;
  if (only === undefined) throw new ImportFailure("NotFound", "There is no file.", "Look at the source.");
  progress.begin(files.some((file) => file.sizeBytes === null) ? null : files.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0));
  if (row.unpack && isFile) return archiveOf(context, row, only, progress);
  const stored: AssetFile[] = [];
  for (const file of files) {
    stored.push(await store(context, row, file, progress));
    await progress.keep(stored);
  }
  requireChecksum(row, stored);
  return { rootName: rootNameOf(row.source), isFile, files: stored.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}
